import { toAddress, toBytes32, toCredentialRef, toHex, toSeal } from "../grants/bytes.ts";
import { packRecord } from "../grants/record.ts";
import { BugError } from "../ops/errors.ts";
import type { Contracts } from "./batch.ts";
import type { Origin } from "./changes.ts";
import { type DecodedEvent, decodeRaw, type UndecodedEvent } from "./decode.ts";
import type { GrantEvent } from "./decodeGrant.ts";
import { RECORD_COLUMNS } from "./recordColumns.ts";

/** Events as the ledger kept them, decoded again: from their bytes, or from the columns that hold every byte of them. */

export const STORED_COLUMNS = [
  ...["seq", "block_number", "block_time", "tx_hash", "contract", "kind::text", "raw_topics", "raw_data"],
  ...["credential", "holder", "grantee", "issuer", "seal", "purpose", "legal_basis", "reason", "context"],
  ...RECORD_COLUMNS,
].join(", ");

/** int8 comes as text. */
export interface StoredRow {
  readonly seq: string;
  readonly block_number: string;
  readonly block_time: string;
  readonly tx_hash: Buffer;
  readonly contract: Buffer;
  readonly kind: string;
  readonly raw_topics: Buffer | null;
  readonly raw_data: Buffer | null;
}

type GrantColumns = Record<"credential" | "holder" | "grantee" | "issuer" | "seal", Buffer> &
  Record<(typeof RECORD_COLUMNS)[number], string | number> & {
    readonly purpose: number;
    readonly legal_basis: number | null;
    readonly reason: number | null;
    readonly context: Buffer | null;
  };

export function originOf(row: StoredRow): Origin {
  return {
    log: {
      address: toHex(row.contract),
      transactionHash: toHex(row.tx_hash),
      blockNumber: BigInt(row.block_number),
    },
    blockTime: BigInt(row.block_time),
    contract: toAddress(row.contract),
    seq: BigInt(row.seq),
  };
}

/** @throws BugError when what was decoded once no longer is. */
export function storedEvent(contracts: Contracts, row: StoredRow): DecodedEvent | UndecodedEvent {
  if (row.raw_topics === null || row.raw_data === null) return fromColumns(row as StoredRow & GrantColumns);
  const contract = contracts.get(toHex(row.contract));
  if (contract === undefined) throw new BugError(`event ${row.seq} is of ${toHex(row.contract)}, which is not indexed`);
  const event = decodeRaw(contract.name, { topics: row.raw_topics, data: row.raw_data });
  if (event.kind !== row.kind) throw new BugError(`event ${row.seq} was ${row.kind} and now decodes as ${event.kind}`);
  return event;
}

function fromColumns(row: StoredRow & GrantColumns): GrantEvent {
  const record = packRecord({
    grantedAt: BigInt(row.granted_at),
    notBefore: BigInt(row.not_before),
    expiresAt: BigInt(row.expires_at),
    lockedUntil: BigInt(row.locked_until),
    revokedAt: BigInt(row.revoked_at),
    retention: BigInt(row.retention),
    sequence: Number(row.sequence),
    flags: Number(row.flags),
  });
  return {
    kind: row.kind as GrantEvent["kind"],
    credential: toCredentialRef(row.credential),
    holder: toAddress(row.holder),
    grantee: toAddress(row.grantee),
    issuer: toAddress(row.issuer),
    seal: toSeal(row.seal),
    purpose: row.purpose,
    legalBasis: row.legal_basis ?? undefined,
    reason: row.reason ?? undefined,
    record: toBytes32(record),
    context: row.context === null ? undefined : toBytes32(row.context),
    onward: undefined,
    hold: undefined,
    raw: undefined,
  };
}
