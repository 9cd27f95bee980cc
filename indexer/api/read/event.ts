import {
  type Address,
  type Bytes32,
  type CredentialRef,
  type Seal,
  toAddress,
  toBytes32,
  toCredentialRef,
  toSeal,
} from "../../grants/bytes.ts";
import type { GrantRecord, UnixTime } from "../../grants/record.ts";
import { type Finality, finalityOf } from "./chain.ts";
import { type GrantRow, toRecord } from "./grant.ts";

/** One event of the trail, as stored. */

export const EVENT_KINDS = ["GRANTED", "REVOKED", "RELEASED", "UNDECODED"] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** What a known event says. */
export interface EventContent {
  readonly credential: CredentialRef;
  readonly holder: Address;
  readonly grantee: Address;
  readonly issuer: Address;
  readonly seal: Seal;
  readonly purpose: number;
  readonly legalBasis: number | null;
  readonly reason: number | null;
  readonly context: Bytes32 | null;
  readonly record: GrantRecord;
}

export interface EventFacts {
  readonly chainId: bigint;
  readonly seq: bigint;
  readonly kind: EventKind;
  readonly verification: "LINKED";
  readonly blockNumber: bigint;
  readonly blockHash: Bytes32;
  readonly blockTime: UnixTime;
  readonly transactionHash: Bytes32;
  readonly transactionIndex: number;
  readonly logIndex: number;
  readonly contract: Address;
  /** Undefined of an event that cannot be decoded, which is kept as it came. */
  readonly content: EventContent | undefined;
  readonly rawTopics: Uint8Array | null;
  readonly rawData: Uint8Array | null;
  /** RFC 3339 with microseconds, UTC. */
  readonly learnedAt: string;
  readonly retractedAt: string | null;
  /** Null of a retracted event, whose block is in no chain any more. */
  readonly finality: Finality | null;
}

const rfc3339 = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS ${column.replace("e.", "")}`;

/** Columns of `event e JOIN chain c`. */
export const EVENT_COLUMNS = `e.chain_id, e.seq, e.kind, e.verification, e.block_number, e.block_hash, e.block_time, e.tx_hash,
  e.tx_index, e.log_index, e.contract, e.credential, e.holder, e.grantee, e.issuer, e.seal, e.purpose, e.legal_basis,
  e.reason, e.context, e.granted_at, e.not_before, e.expires_at, e.locked_until, e.revoked_at, e.retention, e.sequence,
  e.flags, e.raw_topics, e.raw_data, ${rfc3339("e.learned_at")}, ${rfc3339("e.retracted_at")},
  c.safe_number, c.finalized_number`;

type Content = Pick<
  GrantRow,
  | "credential"
  | "holder"
  | "grantee"
  | "issuer"
  | "seal"
  | "purpose"
  | "granted_at"
  | "not_before"
  | "expires_at"
  | "locked_until"
  | "revoked_at"
  | "retention"
  | "sequence"
  | "flags"
>;

interface CommonRow {
  chain_id: bigint;
  seq: bigint;
  kind: EventKind;
  verification: "LINKED";
  block_number: bigint;
  block_hash: Buffer;
  block_time: bigint;
  tx_hash: Buffer;
  tx_index: number;
  log_index: number;
  contract: Buffer;
  legal_basis: number | null;
  reason: number | null;
  context: Buffer | null;
  raw_topics: Buffer | null;
  raw_data: Buffer | null;
  learned_at: string;
  retracted_at: string | null;
  safe_number: bigint | null;
  finalized_number: bigint | null;
}
export type EventRow = CommonRow & { [column in keyof Content]: Content[column] | null };
type DecodedRow = CommonRow & Content;

const isDecoded = (row: EventRow): row is DecodedRow => row.kind !== "UNDECODED";

const toContent = (row: DecodedRow): EventContent => ({
  credential: toCredentialRef(row.credential),
  holder: toAddress(row.holder),
  grantee: toAddress(row.grantee),
  issuer: toAddress(row.issuer),
  seal: toSeal(row.seal),
  purpose: row.purpose,
  legalBasis: row.legal_basis,
  reason: row.reason,
  context: row.context === null ? null : toBytes32(row.context),
  record: toRecord(row),
});

export const toEvent = (row: EventRow): EventFacts => ({
  chainId: row.chain_id,
  seq: row.seq,
  kind: row.kind,
  verification: row.verification,
  blockNumber: row.block_number,
  blockHash: toBytes32(row.block_hash),
  blockTime: row.block_time,
  transactionHash: toBytes32(row.tx_hash),
  transactionIndex: row.tx_index,
  logIndex: row.log_index,
  contract: toAddress(row.contract),
  content: isDecoded(row) ? toContent(row) : undefined,
  rawTopics: row.raw_topics,
  rawData: row.raw_data,
  learnedAt: row.learned_at,
  retractedAt: row.retracted_at,
  finality:
    row.retracted_at === null
      ? finalityOf({ safeNumber: row.safe_number, finalizedNumber: row.finalized_number }, row.block_number)
      : null,
});
