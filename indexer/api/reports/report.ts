import type { ObservedChain } from "../../ops/health.ts";
import type { Context } from "../context.ts";
import type { Moment } from "../moment.ts";
import type { Bounds } from "../reportPool.ts";
import type { Column } from "./column.ts";

/** What a report says of itself. */
export interface ReportText {
  /** Of the path and the file. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
}

/** What every report is asked for: one truth, however it is read and however often it is begun again. */
export interface Asked<Args> {
  readonly args: Args;
  /** What was known, and how final it had to be; `known` is set. */
  readonly moment: Moment;
  /** The chains as they were known. */
  readonly chains: readonly ObservedChain[];
}

/** A few rows, each with its place: what comes after it has the rest. */
export type Batch<Row, Key> = readonly { readonly row: Row; readonly key: Key }[];

export interface Report<Args, Row, Key> extends ReportText {
  readonly parameters: readonly Parameter[];
  readonly columns: readonly Column<Row>[];
  /** The column whose values the manifest counts. */
  readonly counted: string;
  /**
   * What the parameters mean, given the chains.
   * @throws GraphQLError BAD_INPUT when they make no question.
   */
  toArgs(given: Given, moment: Moment, chains: readonly ObservedChain[]): Args;
  /**
   * The rows after a place, in an order that never changes. Memory does not grow with their number.
   * @throws RetryableError when the database does not answer in time.
   */
  rows(context: Context, asked: Asked<Args>, after: Key | undefined, bounds: Bounds): AsyncIterable<Batch<Row, Key>>;
}

/** A parameter of a path, by the GraphQL type that reads it. */
export interface Parameter {
  readonly name: string;
  readonly type: "Address" | "Bytes32" | "UnixTime" | "Purpose" | "ReadUse";
  readonly required?: boolean;
}

/** The parameters that were given, read. */
export interface Given {
  readonly [name: string]: unknown;
}
