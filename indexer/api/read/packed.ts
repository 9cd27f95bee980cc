import { BugError } from "../../ops/errors.ts";

/**
 * Rows that come as one text each. The driver reads every column of every row by itself, and for a hundred grants that takes
 * longer than the database needs to find them; most columns are then not asked for. So the database writes a row as one text,
 * PostgreSQL's own output of a row value (https://www.postgresql.org/docs/current/rowtypes.html#ROWTYPES-IO-SYNTAX), and a
 * column is taken out of it when it is looked at.
 */

/** How a column is read. No kind is one whose text can hold a comma or a line end, so a row is taken apart at its commas. */
export type Kind = "bytes" | "bigint" | "int" | "word";

type KindOf<Value> = Value extends Buffer
  ? "bytes"
  : Value extends bigint
    ? "bigint"
    : Value extends number
      ? "int"
      : Value extends string
        ? "word"
        : never;

/** Of each column its kind; a `word` is the name of a constant, or a time. */
export type Kinds<Row> = { readonly [Name in keyof Row]-?: KindOf<Exclude<Row[Name], null>> };

export interface Packed<Row> {
  /** SQL of a row's text. */
  readonly sql: string;
  /** A row whose columns are read when looked at. @throws BugError where the text has not as many columns. */
  read(text: string): Row;
}

const READ: Readonly<Record<Kind, (field: string) => unknown>> = {
  // In quotes, because of the backslash, which is doubled: "\\x00".
  bytes: (field) => Buffer.from(field.slice(4, -1), "hex"),
  bigint: BigInt,
  int: Number,
  word(field) {
    if (field.startsWith('"')) throw new BugError(`${field} is no word: it may hold what parts columns`);
    return field;
  },
};

/** @param expressionOf SQL of a column. */
export function packed<Row extends object>(kinds: Kinds<Row>, expressionOf: (name: string) => string): Packed<Row> {
  const names = Object.keys(kinds);
  class PackedRow {
    readonly fields: readonly string[];

    constructor(fields: readonly string[]) {
      this.fields = fields;
    }
  }
  for (const [i, name] of names.entries()) {
    const read = READ[kinds[name as keyof Row] as Kind];
    Object.defineProperty(PackedRow.prototype, name, {
      get(this: PackedRow): unknown {
        const field = this.fields[i] as string;
        return field === "" ? null : read(field);
      },
    });
  }
  return {
    sql: `ROW(${names.map(expressionOf).join(", ")})::text`,
    read(text) {
      const fields = text.slice(1, -1).split(",");
      if (fields.length !== names.length)
        throw new BugError(
          `a row has ${fields.length} columns where ${names.length} (${names.join(", ")}) were asked for`,
        );
      return new PackedRow(fields) as unknown as Row;
    },
  };
}

/** Columns of one table. */
export const columnsOf =
  (table: string) =>
  (name: string): string =>
    `${table}.${name}`;

/** Columns named with their table before them, so that those of several stand beside each other: `k_seq` of `k.seq`. */
export const prefixed = (name: string): string => name.replace("_", ".");

/** SQL of the rows of a relation in one text, one on each line; beside the first of the chains `c` alone. */
export const allBesideFirst = (packing: Pick<Packed<unknown>, "sql">, order: string, from: string): string => `
           CASE WHEN row_number() OVER (ORDER BY c.chain_id) = 1 THEN (
             SELECT string_agg(${packing.sql}, E'\\n' ORDER BY ${order}) FROM ${from}) END`;

/** The rows of such a text. */
export const unpack = <Row>(packing: Packed<Row>, lines: string | null): Row[] =>
  lines === null ? [] : lines.split("\n").map((line) => packing.read(line));
