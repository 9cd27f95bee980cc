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
import type { CredentialRecord } from "../../grants/credentialRecord.ts";
import type { UnixTime } from "../../grants/record.ts";
import type { ObservedChain } from "../../ops/health.ts";
import type { Moment } from "../moment.ts";
import { type Kinds, packed, prefixed } from "./packed.ts";

/** What one registry knows about a credential, as its newest event left it: a row of `credential`. */
export interface CredentialFacts {
  readonly chainId: bigint;
  readonly contract: Address;
  readonly credential: CredentialRef;
  readonly holder: Address;
  readonly issuer: Address;
  readonly seal: Seal;
  /** Null until it is anchored. */
  readonly credentialType: Bytes32 | null;
  readonly replaces: CredentialRef | null;
  readonly supersededBy: CredentialRef | null;
  /**
   * Its times are set once and never change, so the newest record tells every earlier status too: that of its times which
   * had come by then.
   */
  readonly record: CredentialRecord;
  /** Of the revocation, else of the withdrawal. */
  readonly reason: number | null;
  /** Of the newest event. */
  readonly seq: bigint;
  readonly blockNumber: bigint;
  readonly blockTime: UnixTime;
}

/** As much of it as decides. */
export type CredentialWorth = Pick<CredentialFacts, "contract" | "record" | "blockNumber">;

/** A credential in one registry, the chain it is on, and the moment it is looked at. */
export interface CredentialAt {
  readonly facts: CredentialFacts;
  readonly chain: ObservedChain;
  readonly at: UnixTime;
  /** Of the answer that it is part of. */
  readonly moment: Moment;
}

/** Columns of `credential k` that decide, prefixed so that they stand beside those of a grant. */
export interface WorthRow {
  k_contract: Buffer;
  k_anchored_at: bigint;
  k_valid_from: bigint;
  k_valid_until: bigint;
  k_revoked_at: bigint;
  k_withdrawn_at: bigint;
  k_superseded_at: bigint;
  k_sequence: number;
  k_block_number: bigint;
}

export interface CredentialRow extends WorthRow {
  k_credential: Buffer;
  k_holder: Buffer;
  k_issuer: Buffer;
  k_seal: Buffer;
  k_credential_type: Buffer | null;
  k_replaces: Buffer | null;
  k_superseded_by: Buffer | null;
  k_reason: number | null;
  k_seq: bigint;
  k_block_time: bigint;
}

export const WORTH_KINDS: Kinds<WorthRow> = {
  ...{ k_contract: "bytes", k_anchored_at: "bigint", k_valid_from: "bigint", k_valid_until: "bigint" },
  ...{ k_revoked_at: "bigint", k_withdrawn_at: "bigint", k_superseded_at: "bigint", k_sequence: "int" },
  k_block_number: "bigint",
};
export const WORTH_PACKING = packed(WORTH_KINDS, prefixed);

export const CREDENTIAL_KINDS: Kinds<CredentialRow> = {
  ...WORTH_KINDS,
  ...{ k_credential: "bytes", k_holder: "bytes", k_issuer: "bytes", k_seal: "bytes", k_credential_type: "bytes" },
  ...{ k_replaces: "bytes", k_superseded_by: "bytes", k_reason: "int", k_seq: "bigint", k_block_time: "bigint" },
};

export const toWorth = (row: WorthRow): CredentialWorth => ({
  contract: toAddress(row.k_contract),
  record: {
    anchoredAt: row.k_anchored_at,
    validFrom: row.k_valid_from,
    validUntil: row.k_valid_until,
    revokedAt: row.k_revoked_at,
    withdrawnAt: row.k_withdrawn_at,
    supersededAt: row.k_superseded_at,
    sequence: row.k_sequence,
  },
  blockNumber: row.k_block_number,
});

const refOf = (bytes: Buffer | null): CredentialRef | null => (bytes === null ? null : toCredentialRef(bytes));

export const toCredential = (chainId: bigint, row: CredentialRow): CredentialFacts => ({
  ...toWorth(row),
  chainId,
  credential: toCredentialRef(row.k_credential),
  holder: toAddress(row.k_holder),
  issuer: toAddress(row.k_issuer),
  seal: toSeal(row.k_seal),
  credentialType: row.k_credential_type === null ? null : toBytes32(row.k_credential_type),
  replaces: refOf(row.k_replaces),
  supersededBy: refOf(row.k_superseded_by),
  reason: row.k_reason,
  seq: row.k_seq,
  blockTime: row.k_block_time,
});

/** What was known at a moment: everything that was said later is taken out again. */
export function asOf(facts: CredentialFacts, at: UnixTime): CredentialFacts {
  const { record } = facts;
  const by = (t: UnixTime): UnixTime => (t <= at ? t : 0n);
  const anchored = record.anchoredAt !== 0n && record.anchoredAt <= at;
  const revokedLater = record.revokedAt > at;
  const reasoned = by(record.revokedAt) !== 0n || (by(record.withdrawnAt) !== 0n && !revokedLater);
  return {
    ...facts,
    credentialType: anchored ? facts.credentialType : null,
    replaces: anchored ? facts.replaces : null,
    supersededBy: by(record.supersededAt) === 0n ? null : facts.supersededBy,
    reason: reasoned ? facts.reason : null,
    record: {
      anchoredAt: by(record.anchoredAt),
      validFrom: anchored ? record.validFrom : 0n,
      validUntil: anchored ? record.validUntil : 0n,
      revokedAt: by(record.revokedAt),
      withdrawnAt: by(record.withdrawnAt),
      supersededAt: by(record.supersededAt),
      sequence: record.sequence,
    },
  };
}
