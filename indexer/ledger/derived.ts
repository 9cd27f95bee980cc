import { DEFENCES } from "../ops/defences.ts";
import type { Change, Subject } from "./changes.ts";
import type { CopyBuffer } from "./copy.ts";

/**
 * A table that follows from the events: the newest live event of each thing is its row. Rows of things that begin are
 * copied in; those of things that were there before wait in a temporary table, to be taken over each only if no change is
 * missing in between.
 */
export interface DerivedTable<Event, Kept> extends Subject<Event, Kept> {
  readonly table: string;
  /** The primary key. */
  readonly key: readonly string[];
  /** The other columns. */
  readonly columns: readonly string[];
  /** Columns that are not simply those of the change `c`: in SQL, by the row `t` that is there. */
  readonly carried: Readonly<Record<string, string>>;
  /** The first four bytes of the key, by whose order rows are copied in: an index takes neighbours fastest. */
  leading(event: Event): number;
  /** Writes the fields of a row, key and other columns in their order. */
  write(copy: CopyBuffer, chainId: bigint, change: Change<Event, Kept>): void;
}

/** What the SQL of a table is made from. */
export type TableShape = Pick<
  DerivedTable<unknown, unknown>,
  "name" | "table" | "key" | "columns" | "carried" | "lastSequence"
>;

const waiting = ({ table }: TableShape): string => `changed_${table}`;
const keys = ({ key }: TableShape, row: string): string => key.map((column) => `${row}.${column}`).join(", ");
const all = ({ key, columns }: TableShape): readonly string[] => [...key, ...columns];

/** What is stored is the change right before; the last number may repeat. */
const follows = ({ lastSequence }: TableShape): string =>
  !DEFENCES.sequence ? "true" : `c.first_sequence = LEAST(t.sequence::bigint + 1, ${lastSequence})`;

/** Where changed rows wait; of one connection, empty at its commit. */
export const createWaitingSql = (shape: TableShape): string => `
  CREATE TEMPORARY TABLE ${waiting(shape)} ON COMMIT DELETE ROWS AS
  SELECT t.*, 0::bigint AS first_sequence FROM ${shape.table} t WITH NO DATA`;

/** For whoever writes several batches in one transaction. */
export const clearWaitingSql = (shape: TableShape): string => `TRUNCATE ${waiting(shape)}`;

export const copyCreatedSql = (shape: TableShape): string =>
  `COPY ${shape.table} (${all(shape).join(", ")}) FROM STDIN (FORMAT binary)`;

export const copyChangedSql = (shape: TableShape): string =>
  `COPY ${waiting(shape)} (${all(shape).join(", ")}, first_sequence) FROM STDIN (FORMAT binary)`;

export const takeOverSql = (shape: TableShape): string => `
  UPDATE ${shape.table} t
     SET ${shape.columns.map((column) => `${column} = ${shape.carried[column] ?? `c.${column}`}`).join(", ")}
    FROM ${waiting(shape)} c WHERE (${keys(shape, "t")}) = (${keys(shape, "c")}) AND ${follows(shape)}`;

/** The first event of this batch (from `$2` on, of chain `$1`) whose change before it is not there. */
export const findHiddenSql = (shape: TableShape): string => `
  SELECT e.block_number, e.tx_hash, e.sequence, t.sequence AS previous
    FROM ${waiting(shape)} c
    JOIN event e ON e.chain_id = $1 AND e.seq >= $2 AND (${keys(shape, "e")}) = (${keys(shape, "c")})
                AND e.sequence = c.first_sequence
    LEFT JOIN ${shape.table} t ON (${keys(shape, "t")}) = (${keys(shape, "c")})
   WHERE t.sequence IS NULL OR NOT (${follows(shape)})
   ORDER BY e.seq LIMIT 1`;
