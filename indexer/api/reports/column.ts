import { type Address, toHex } from "../../grants/bytes.ts";
import { caip2, checksum } from "../../grants/caip.ts";
import { isoTime } from "../../grants/explain.ts";
import type { UnixTime } from "../../grants/record.ts";
import { exactNumber } from "../scalars/exact.ts";
import { bounded } from "./bounded.ts";

/** What a column can hold, by the name of the GraphQL type that says the same. */
interface Values {
  readonly Address: Address;
  readonly Bytes32: Uint8Array;
  readonly ChainId: bigint;
  readonly Count: bigint;
  readonly Int: number;
  readonly Seconds: bigint;
  readonly String: string;
  readonly UnixTime: UnixTime;
}
export type ColumnType = keyof Values;

/** A column of a report, and a field of its rows in GraphQL: defined once, so that all forms of a report agree. */
export type Column<Row> = {
  [Type in ColumnType]: {
    readonly name: string;
    readonly type: Type;
    readonly description: string;
    readonly nullable?: boolean;
    value(row: Row): Values[Type] | null;
  };
}[ColumnType];

/** As GraphQL has it: numbers exact, times in unix seconds. */
export function jsonValue<Row>(column: Column<Row>, row: Row): string | number | null {
  switch (column.type) {
    case "Count":
    case "Seconds":
    case "UnixTime": {
      const value = column.value(row);
      return value === null ? null : exactNumber(value);
    }
    case "Int":
      return column.value(row);
    default:
      return textOf(column, row);
  }
}

const MOST_KNOWN = 10_000;
const known = new Map<string, string>();

/** The same few accounts stand in most rows, and a checksum costs more than all else in one. */
function checksummed(address: Address): string {
  const hex = toHex(address);
  const text = known.get(hex) ?? checksum(address);
  bounded(known, MOST_KNOWN).set(hex, text);
  return text;
}

/** For people and spreadsheets: times in RFC 3339. Null where there is nothing. */
export function textOf<Row>(column: Column<Row>, row: Row): string | null {
  switch (column.type) {
    case "Address": {
      const value = column.value(row);
      return value === null ? null : checksummed(value);
    }
    case "Bytes32": {
      const value = column.value(row);
      return value === null ? null : toHex(value);
    }
    case "ChainId": {
      const value = column.value(row);
      return value === null ? null : caip2(value);
    }
    case "UnixTime": {
      const value = column.value(row);
      return value === null ? null : isoTime(value);
    }
    default: {
      const value = column.value(row);
      return value === null ? null : String(value);
    }
  }
}
