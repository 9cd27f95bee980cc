import type { Verification } from "../../config/reading.ts";
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
import type { ObservedChain } from "../../ops/health.ts";
import { type Finality, finalityOf } from "./chain.ts";
import { type GrantRow, toRecord } from "./grant.ts";
import type { Knowledge } from "./known.ts";
import type { Kinds } from "./packed.ts";

/** One event of the trail, as stored. */

export const EVENT_KINDS = [
  ...(["GRANTED", "REVOKED", "RELEASED", "GRANTED_ONWARD", "REVOKED_ONWARD", "SIGNATURES_CANCELLED"] as const),
  ...(["HELD", "HOLD_LIFTED"] as const),
  ...(["CREDENTIAL_ANCHORED", "CREDENTIAL_SUPERSEDED", "CREDENTIAL_REVOKED", "CREDENTIAL_WITHDRAWN"] as const),
  ...(["ENTITY_REGISTERED", "ENTITY_AMENDED", "ENTITY_SUSPENDED", "ENTITY_REINSTATED", "ENTITY_WITHDRAWN"] as const),
  ...(["OPERATION_SCHEDULED", "OPERATION_EXECUTED", "OPERATION_CANCELED", "GOVERNANCE_CHANGED"] as const),
  "UNDECODED" as const,
];
export type EventKind = (typeof EVENT_KINDS)[number];

/** What has a column of its own is null where the event does not say it. */
export interface EventFacts {
  readonly chainId: bigint;
  readonly seq: bigint;
  readonly kind: EventKind;
  readonly verification: Verification;
  /** RFC 3339: since when VERIFIED, if it was not when it was read. */
  readonly verifiedAt: string | null;
  readonly blockNumber: bigint;
  readonly blockHash: Bytes32;
  readonly blockTime: UnixTime;
  readonly transactionHash: Bytes32;
  readonly transactionIndex: number;
  readonly logIndex: number;
  readonly contract: Address;
  readonly credential: CredentialRef | null;
  readonly holder: Address | null;
  readonly grantee: Address | null;
  readonly issuer: Address | null;
  readonly seal: Seal | null;
  readonly purpose: number | null;
  readonly legalBasis: number | null;
  readonly reason: number | null;
  readonly context: Bytes32 | null;
  /** Of an event about a grant. */
  readonly record: GrantRecord | null;
  /** Number of the change of its grant, credential or entity. */
  readonly change: bigint | null;
  readonly grantor: Address | null;
  readonly parentGrantedAt: UnixTime | null;
  readonly authority: Address | null;
  readonly holdUntil: UnixTime | null;
  readonly account: Address | null;
  readonly operation: Bytes32 | null;
  /** Of OPERATION_SCHEDULED: what became of it, null while nothing has. */
  readonly outcome: { readonly kind: EventKind; readonly time: UnixTime } | null;
  /** Null of the kinds whose columns hold everything. */
  readonly raw: { readonly topics: Buffer; readonly data: Buffer } | null;
  /** RFC 3339 with microseconds, UTC. */
  readonly learnedAt: string;
  readonly retractedAt: string | null;
  /** Null of a retracted event, whose block is in no chain any more. */
  readonly finality: Finality | null;
  /** The clock of the answer that it is part of. */
  readonly now: UnixTime;
}

const rfc3339 = (moment: string, column: string): string =>
  `to_char((${moment}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS ${column}`;

/** Columns of {@link eventTables}, but for `e.chain_id`. */
export const eventColumns = ({ retractedAt, verifiedAt }: Knowledge): string => `
  e.seq, e.kind, e.verification, e.block_number, e.block_hash, e.block_time, e.tx_hash,
  e.tx_index, e.log_index, e.contract, e.credential, e.holder, e.grantee, e.issuer, e.seal, e.purpose, e.legal_basis,
  e.reason, e.context, e.granted_at, e.not_before, e.expires_at, e.locked_until, e.revoked_at, e.retention, e.sequence,
  e.flags, e.grantor, e.parent_granted_at, e.authority, e.hold_until, e.account, e.operation, e.raw_topics, e.raw_data,
  ${rfc3339("e.learned_at", "learned_at")}, ${rfc3339(retractedAt("e"), "retracted_at")},
  ${rfc3339(verifiedAt("e"), "verified_at")},
  o.kind AS outcome_kind, o.block_time AS outcome_time`;

/** An operation can be scheduled again under another nonce, its second topic; each schedule has its own outcome. */
const NONCE = (event: string): string => `substring(${event}.raw_topics FROM 65 FOR 32)`;

export const eventTables = ({ chains, live }: Knowledge): string => `event e
  JOIN ${chains} c ON c.chain_id = e.chain_id
  LEFT JOIN LATERAL (
    SELECT b.kind, b.block_time FROM event b
     WHERE e.kind = 'OPERATION_SCHEDULED' AND b.operation = e.operation AND b.chain_id = e.chain_id
       AND b.contract = e.contract AND b.kind IN ('OPERATION_EXECUTED', 'OPERATION_CANCELED')
       AND ${live("b")} AND ${NONCE("b")} = ${NONCE("e")}
     ORDER BY b.seq LIMIT 1) o ON true`;

type RecordColumns = Pick<
  GrantRow,
  "granted_at" | "not_before" | "expires_at" | "locked_until" | "revoked_at" | "retention" | "sequence" | "flags"
>;

interface CommonRow {
  seq: bigint;
  kind: EventKind;
  verification: Verification;
  verified_at: string | null;
  block_number: bigint;
  block_hash: Buffer;
  block_time: bigint;
  tx_hash: Buffer;
  tx_index: number;
  log_index: number;
  contract: Buffer;
  credential: Buffer | null;
  holder: Buffer | null;
  grantee: Buffer | null;
  issuer: Buffer | null;
  seal: Buffer | null;
  purpose: number | null;
  legal_basis: number | null;
  reason: number | null;
  context: Buffer | null;
  grantor: Buffer | null;
  parent_granted_at: bigint | null;
  authority: Buffer | null;
  hold_until: bigint | null;
  account: Buffer | null;
  operation: Buffer | null;
  outcome_kind: EventKind | null;
  outcome_time: bigint | null;
  raw_topics: Buffer | null;
  raw_data: Buffer | null;
  learned_at: string;
  retracted_at: string | null;
}
export type EventRow = CommonRow & { [column in keyof RecordColumns]: RecordColumns[column] | null };

export const EVENT_COLUMN_KINDS: Kinds<EventRow> = {
  ...{ seq: "bigint", kind: "word", verification: "word", verified_at: "word" },
  ...{ block_number: "bigint", block_hash: "bytes", block_time: "bigint" },
  ...{ tx_hash: "bytes", tx_index: "int", log_index: "int", contract: "bytes" },
  ...{ credential: "bytes", holder: "bytes", grantee: "bytes", issuer: "bytes", seal: "bytes" },
  ...{ purpose: "int", legal_basis: "int", reason: "int", context: "bytes" },
  ...{ granted_at: "bigint", not_before: "bigint", expires_at: "bigint", locked_until: "bigint" },
  ...{ revoked_at: "bigint", retention: "bigint", sequence: "bigint", flags: "int" },
  ...{ grantor: "bytes", parent_granted_at: "bigint", authority: "bytes", hold_until: "bigint" },
  ...{ account: "bytes", operation: "bytes", outcome_kind: "word", outcome_time: "bigint" },
  ...{ raw_topics: "bytes", raw_data: "bytes", learned_at: "word", retracted_at: "word" },
};

const hasRecord = (row: EventRow): row is CommonRow & RecordColumns => row.granted_at !== null;

const wrap = <T>(bytes: Buffer | null, as: (bytes: Uint8Array) => T): T | null => (bytes === null ? null : as(bytes));

export const toEvent = (row: EventRow, chain: ObservedChain, now: UnixTime): EventFacts => ({
  chainId: chain.chainId,
  seq: row.seq,
  kind: row.kind,
  verification: row.verified_at === null ? row.verification : "VERIFIED",
  verifiedAt: row.verified_at,
  blockNumber: row.block_number,
  blockHash: toBytes32(row.block_hash),
  blockTime: row.block_time,
  transactionHash: toBytes32(row.tx_hash),
  transactionIndex: row.tx_index,
  logIndex: row.log_index,
  contract: toAddress(row.contract),
  credential: wrap(row.credential, toCredentialRef),
  holder: wrap(row.holder, toAddress),
  grantee: wrap(row.grantee, toAddress),
  issuer: wrap(row.issuer, toAddress),
  seal: wrap(row.seal, toSeal),
  purpose: row.purpose,
  legalBasis: row.legal_basis,
  reason: row.reason,
  context: wrap(row.context, toBytes32),
  record: hasRecord(row) ? toRecord(row) : null,
  change: row.sequence === null ? null : BigInt(row.sequence),
  grantor: wrap(row.grantor, toAddress),
  parentGrantedAt: row.parent_granted_at,
  authority: wrap(row.authority, toAddress),
  holdUntil: row.hold_until,
  account: wrap(row.account, toAddress),
  operation: wrap(row.operation, toBytes32),
  outcome:
    row.outcome_kind === null || row.outcome_time === null ? null : { kind: row.outcome_kind, time: row.outcome_time },
  raw: row.raw_topics === null || row.raw_data === null ? null : { topics: row.raw_topics, data: row.raw_data },
  learnedAt: row.learned_at,
  retractedAt: row.retracted_at,
  finality: row.retracted_at === null ? finalityOf(chain, row.block_number) : null,
  now,
});
