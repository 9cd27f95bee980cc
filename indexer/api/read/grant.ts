import type { Bytes32, Seal } from "../../grants/bytes.ts";
import { type Address, type CredentialRef, toAddress, toBytes32, toCredentialRef, toSeal } from "../../grants/bytes.ts";
import type { Purpose } from "../../grants/ids.ts";
import type { GrantRecord, UnixTime } from "../../grants/record.ts";
import { KEY_COLUMNS, TERMS_COLUMNS, VALUE_COLUMNS } from "../../ledger/grantRows.ts";
import type { RECORD_COLUMNS } from "../../ledger/recordColumns.ts";
import type { ObservedChain } from "../../ops/health.ts";

/** A grant as its newest event left it, from `access_grant` now or from `event` at an earlier time. */
export interface GrantFacts {
  readonly chainId: bigint;
  readonly contract: Address;
  readonly credential: CredentialRef;
  readonly grantee: Address;
  readonly purpose: Purpose;
  readonly holder: Address;
  readonly issuer: Address;
  readonly seal: Seal;
  readonly legalBasis: number;
  readonly context: Bytes32;
  readonly record: GrantRecord;
  /** Of the newest event. */
  readonly seq: bigint;
  readonly blockNumber: bigint;
  readonly blockTime: UnixTime;
  readonly reason: number | null;
}

/** A grant, the chain it is on, and the moment it is looked at. */
export interface GrantAt {
  readonly grant: GrantFacts;
  readonly chain: ObservedChain;
  readonly at: UnixTime;
}

/** What a grant's row and an event have in common; the chain comes with the row it is joined to. */
const COLUMNS = [...KEY_COLUMNS.filter((column) => column !== "chain_id"), ...VALUE_COLUMNS];

/** Columns of `access_grant g`. */
export const GRANT_COLUMNS = [...COLUMNS, ...TERMS_COLUMNS].map((column) => `g.${column}`).join(", ");

export const grantKey = (table: string): string => KEY_COLUMNS.map((column) => `${table}.${column}`).join(", ");

/** Basis and context stand in the event that granted; an end does not repeat them. */
const ofGranting = (column: (typeof TERMS_COLUMNS)[number]): string => `
  CASE WHEN g.kind = 'GRANTED' THEN g.${column} ELSE (
    SELECT b.${column} FROM event b
     WHERE (${grantKey("b")}) = (${grantKey("g")}) AND b.kind = 'GRANTED' AND b.retracted_at IS NULL AND b.seq < g.seq
     ORDER BY b.seq DESC LIMIT 1) END AS ${column}`;

/** The same columns of `event g`. */
export const EVENT_AS_GRANT_COLUMNS = `${COLUMNS.map((column) => `g.${column}`).join(", ")},
  ${TERMS_COLUMNS.map(ofGranting).join(", ")}`;

export interface GrantRow {
  contract: Buffer;
  credential: Buffer;
  grantee: Buffer;
  purpose: number;
  holder: Buffer;
  issuer: Buffer;
  seal: Buffer;
  legal_basis: number | null;
  context: Buffer | null;
  granted_at: bigint;
  not_before: bigint;
  expires_at: bigint;
  locked_until: bigint;
  revoked_at: bigint;
  retention: bigint;
  sequence: number;
  flags: number;
  seq: bigint;
  block_number: bigint;
  block_time: bigint;
  reason: number | null;
}

const NO_CONTEXT = new Uint8Array(32);

export function toGrant(chainId: bigint, row: GrantRow): GrantFacts {
  return {
    chainId,
    contract: toAddress(row.contract),
    credential: toCredentialRef(row.credential),
    grantee: toAddress(row.grantee),
    purpose: row.purpose,
    holder: toAddress(row.holder),
    issuer: toAddress(row.issuer),
    seal: toSeal(row.seal),
    // A grant's first event grants it; the ledger refuses a chain of events that begins otherwise.
    legalBasis: row.legal_basis ?? 0,
    context: toBytes32(row.context ?? NO_CONTEXT),
    record: toRecord(row),
    seq: row.seq,
    blockNumber: row.block_number,
    blockTime: row.block_time,
    reason: row.reason,
  };
}

export function toRecord(row: Pick<GrantRow, RecordColumn>): GrantRecord {
  return {
    grantedAt: row.granted_at,
    notBefore: row.not_before,
    expiresAt: row.expires_at,
    lockedUntil: row.locked_until,
    revokedAt: row.revoked_at,
    retention: row.retention,
    sequence: row.sequence,
    flags: row.flags,
  };
}

type RecordColumn = (typeof RECORD_COLUMNS)[number];
