import { unpackCredentialRecord } from "../../grants/credentialRecord.ts";
import type { CredentialEvent } from "../../ledger/decodeRegistry.ts";
import { builder } from "../builder.ts";

const record = ({ record: word }: CredentialEvent) => unpackCredentialRecord(word);
const unlessZero = (t: bigint): bigint | null => (t === 0n ? null : t);

export const EventCredential = builder.objectRef<CredentialEvent>("EventCredential").implement({
  description: "What an event of a credential registry says: the statement, and the whole record after it.",
  fields: (t) => ({
    type: t.field({
      type: "Bytes32",
      nullable: true,
      description: "Hash of the schema that the content follows; of CREDENTIAL_ANCHORED only.",
      resolve: ({ credentialType }) => credentialType ?? null,
    }),
    replaces: t.field({
      type: "Bytes32",
      nullable: true,
      description: "The older version that it replaces; of CREDENTIAL_ANCHORED only, null when there is none.",
      resolve: ({ replaces }) => (replaces === undefined || replaces.every((byte) => byte === 0) ? null : replaces),
    }),
    supersededBy: t.field({
      type: "Bytes32",
      nullable: true,
      description: "The newer version; of CREDENTIAL_SUPERSEDED only.",
      resolve: ({ supersededBy }) => supersededBy ?? null,
    }),
    anchoredAt: t.field({
      type: "UnixTime",
      nullable: true,
      description: "When it was anchored; null when it is not.",
      resolve: (event) => unlessZero(record(event).anchoredAt),
    }),
    validFrom: t.field({
      type: "UnixTime",
      nullable: true,
      description: "From when, by the issuer's word; null from the start.",
      resolve: (event) => unlessZero(record(event).validFrom),
    }),
    validUntil: t.field({
      type: "UnixTime",
      nullable: true,
      description: "Until when, by the issuer's word; null without end.",
      resolve: (event) => unlessZero(record(event).validUntil),
    }),
    revokedAt: t.field({
      type: "UnixTime",
      nullable: true,
      description: "When the issuer took it back; null when it did not.",
      resolve: (event) => unlessZero(record(event).revokedAt),
    }),
    withdrawnAt: t.field({
      type: "UnixTime",
      nullable: true,
      description: "When the holder took it back; null when he did not.",
      resolve: (event) => unlessZero(record(event).withdrawnAt),
    }),
    supersededAt: t.field({
      type: "UnixTime",
      nullable: true,
      description: "When a newer version was anchored; null when none was.",
      resolve: (event) => unlessZero(record(event).supersededAt),
    }),
    word: t.field({
      type: "Bytes32",
      description: "The record as the 32 bytes in storage, in events and in `recordOf` of the contract.",
      resolve: ({ record: word }) => word,
    }),
  }),
});
