import { type Address, toAddress } from "../../grants/bytes.ts";
import type { UnixTime } from "../../grants/record.ts";
import type { Kinds } from "./packed.ts";

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

/** Columns of `entity n`, or of what entityTrail.ts makes of the trail, prefixed like those of a credential. */
export interface IssuerRow {
  n_account: Buffer;
  n_contract: Buffer;
  n_kinds: number;
  n_status: EntityStatus;
  n_status_since: bigint;
  n_block_number: bigint;
}

export const ISSUER_KINDS: Kinds<IssuerRow> = {
  ...{ n_account: "bytes", n_contract: "bytes", n_kinds: "int", n_status: "word", n_status_since: "bigint" },
  n_block_number: "bigint",
};

export const toIssuer = (row: IssuerRow): IssuerFacts => ({
  account: toAddress(row.n_account),
  kinds: row.n_kinds,
  status: row.n_status,
  statusSince: row.n_status_since,
  blockNumber: row.n_block_number,
});
