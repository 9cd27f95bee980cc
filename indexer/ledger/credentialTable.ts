import { type Bytes32, type CredentialRef, sameBytes } from "../grants/bytes.ts";
import { CREDENTIAL_RECORD_FIELDS as F } from "../grants/credentialRecord.ts";
import { type Change, hashOfBytes } from "./changes.ts";
import type { CopyBuffer } from "./copy.ts";
import { numberAt } from "./decodeGrant.ts";
import type { CredentialEvent } from "./decodeRegistry.ts";
import type { DerivedTable } from "./derived.ts";

/** What `credential` holds beside the record: the newest word on each within a batch. */
interface CredentialKept {
  /** `replaces` is undefined where it replaces none. */
  readonly anchor: { readonly credentialType: Bytes32; readonly replaces: CredentialRef | undefined } | undefined;
  readonly supersededBy: CredentialRef | undefined;
  readonly reason: number | undefined;
}

const kept = (column: string): string => `COALESCE(c.${column}, t.${column})`;

/** The times of the record, in the order of their columns. */
const TIMES = [F.anchoredAt, F.validFrom, F.validUntil, F.revokedAt, F.withdrawnAt, F.supersededAt];

export const CREDENTIAL_TABLE: DerivedTable<CredentialEvent, CredentialKept> = {
  name: "a credential",
  table: "credential",
  key: ["credential", "chain_id", "contract"],
  columns: [
    ...["holder", "issuer", "seal", "credential_type", "replaces", "superseded_by"],
    ...["anchored_at", "valid_from", "valid_until", "revoked_at", "withdrawn_at", "superseded_at", "sequence"],
    ...["reason", "seq", "block_number", "block_time"],
  ],
  carried: {
    credential_type: kept("credential_type"),
    replaces: kept("replaces"),
    superseded_by: kept("superseded_by"),
    reason: kept("reason"),
  },
  lastSequence: 0xffff,
  hashOf: ({ credential }) => hashOfBytes(credential),
  isSame: (a, b) => sameBytes(a.credential, b.credential),
  leading: ({ credential }) => numberAt(credential, 0, 4),
  sequenceOf: ({ record }) => numberAt(record, ...F.sequence),
  // Statements are carried to a chain in any order.
  canBegin: () => true,
  keep: (before, event) => ({
    anchor: anchorOf(event) ?? before?.anchor,
    supersededBy: event.supersededBy ?? before?.supersededBy,
    // The issuer's reason stands: it is that of the stronger end.
    reason:
      event.kind === "CREDENTIAL_WITHDRAWN" && isRevoked(event) ? before?.reason : (event.reason ?? before?.reason),
  }),
  write: writeCredential,
};

function writeCredential(
  copy: CopyBuffer,
  chainId: bigint,
  { newest, kept, contract, seq, blockNumber, blockTime }: Change<CredentialEvent, CredentialKept>,
): void {
  copy.bytea(newest.credential);
  copy.int8(chainId);
  copy.bytea(contract);
  copy.bytea(newest.holder);
  copy.bytea(newest.issuer);
  copy.bytea(newest.seal);
  for (const hash of [kept.anchor?.credentialType, kept.anchor?.replaces, kept.supersededBy])
    if (hash === undefined) copy.null();
    else copy.bytea(hash);
  for (const [at, width] of TIMES) copy.uint(newest.record, at, width, 8);
  copy.uint(newest.record, ...F.sequence, 4);
  if (kept.reason === undefined) copy.null();
  else copy.int2(kept.reason);
  copy.int8(seq);
  copy.int8(blockNumber);
  copy.int8(blockTime);
}

function anchorOf({ credentialType, replaces }: CredentialEvent): CredentialKept["anchor"] {
  if (credentialType === undefined || replaces === undefined) return undefined;
  return { credentialType, replaces: replaces.every((byte) => byte === 0) ? undefined : replaces };
}

const isRevoked = ({ record }: CredentialEvent): boolean => numberAt(record, ...F.revokedAt) !== 0;
