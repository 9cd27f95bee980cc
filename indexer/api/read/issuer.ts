import { type Address, toAddress } from "../../grants/bytes.ts";
import type { UnixTime } from "../../grants/record.ts";

/** What one registry knows about the issuer of a credential: as much of an entity as a check needs. */
export interface IssuerFacts {
  readonly account: Address;
  /** Mask: 1 issuer, 2 institution, 4 authority. */
  readonly kinds: number;
  readonly status: EntityStatus;
  readonly statusSince: UnixTime;
  /** Of the newest event, at an earlier moment of the newest change of the status. */
  readonly blockNumber: bigint;
}

export const ENTITY_STATUSES = ["ACTIVE", "SUSPENDED", "WITHDRAWN"] as const;
export type EntityStatus = (typeof ENTITY_STATUSES)[number];

const COLUMNS = ["account", "contract", "kinds", "status", "status_since", "block_number"] as const;

/** Columns of `entity n`, or of what entityTrail.ts makes of the trail, prefixed like those of a credential. */
export const ISSUER_COLUMNS = COLUMNS.map((column) => `n.${column} AS n_${column}`).join(", ");

export interface IssuerRow {
  n_account: Buffer;
  n_contract: Buffer;
  n_kinds: number;
  n_status: EntityStatus;
  n_status_since: bigint;
  n_block_number: bigint;
}

export const toIssuer = (row: IssuerRow): IssuerFacts => ({
  account: toAddress(row.n_account),
  kinds: row.n_kinds,
  status: row.n_status,
  statusSince: row.n_status_since,
  blockNumber: row.n_block_number,
});
