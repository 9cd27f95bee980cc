import { CREDENTIAL_REASONS } from "../../grants/codes.ts";
import { statusAt } from "../../grants/credentialStatus.ts";
import { builder } from "../builder.ts";
import { badInput } from "../errors.ts";
import { type CredentialKey, decodeCredentialKey, encodeCredentialKey } from "../key.ts";
import { momentOf } from "../moment.ts";
import { readPage, toWindow } from "../page.ts";
import { settingWithin } from "../queries/present.ts";
import { finalityOf } from "../read/chain.ts";
import type { CredentialAt } from "../read/credential.ts";
import { readCredential } from "../read/credentials.ts";
import { decodeTrailCursor, EventList } from "../read/events.ts";
import { within } from "../read/grant.ts";
import { Account } from "./account.ts";
import { CredentialStatus } from "./credentialStatus.ts";
import { Event } from "./event.ts";
import { EventConnection } from "./eventConnection.ts";
import { Finality } from "./finality.ts";

/** @throws GraphQLError BAD_INPUT when it is none. */
function parseId(id: string): CredentialKey {
  const key = decodeCredentialKey("credentialId", id);
  if (key === undefined) throw badInput("id: expected the id of a credential");
  return key;
}

const unlessZero = (t: bigint): bigint | null => (t === 0n ? null : t);

export const Credential = builder.node(builder.objectRef<CredentialAt>("Credential"), {
  description:
    "What one registry says about a credential. Its status is that of the moment the answer looked at. Says nothing of who may read it: see Grant.",
  id: { resolve: ({ facts }) => encodeCredentialKey("credentialId", facts), parse: parseId },
  loadOne: (key, context) => readCredential(context.database, key, momentOf(context, {})),
  fields: (t) => ({
    credential: t.field({
      type: "Bytes32",
      description: "Its reference, keccak256(abi.encode(holder, issuer, seal)), the same on every chain.",
      resolve: ({ facts }) => facts.credential,
    }),
    chain: t.field({ type: "ChainId", description: "The chain.", resolve: ({ facts }) => facts.chainId }),
    contract: t.field({ type: "Address", description: "The registry.", resolve: ({ facts }) => facts.contract }),
    holder: t.field({
      type: Account,
      description: "Whom it is about.",
      resolve: ({ facts }) => ({ chainId: facts.chainId, address: facts.holder }),
    }),
    issuer: t.field({
      type: Account,
      description: "Who issued it.",
      resolve: ({ facts }) => ({ chainId: facts.chainId, address: facts.issuer }),
    }),
    seal: t.field({
      type: "Bytes32",
      description: "The issuer's seal of the content.",
      resolve: ({ facts }) => facts.seal,
    }),
    type: t.field({
      type: "Bytes32",
      nullable: true,
      description: "Hash of the schema that the content follows, as the issuer stated; null until it is anchored.",
      resolve: ({ facts }) => facts.credentialType,
    }),
    status: t.field({
      type: CredentialStatus,
      description: "What it is worth at `evaluatedAt`.",
      resolve: ({ facts, at }) => statusAt(facts.record, at),
    }),
    evaluatedAt: t.field({
      type: "UnixTime",
      description: "The moment its status is that of.",
      resolve: ({ at }) => at,
    }),
    anchoredAt: t.field({
      type: "UnixTime",
      nullable: true,
      description: "When the issuer's statement reached the chain; null while it has not.",
      resolve: ({ facts }) => unlessZero(facts.record.anchoredAt),
    }),
    validFrom: t.field({
      type: "UnixTime",
      nullable: true,
      description: "From when, by the issuer's word; null from the start.",
      resolve: ({ facts }) => unlessZero(facts.record.validFrom),
    }),
    validUntil: t.field({
      type: "UnixTime",
      nullable: true,
      description: "Until when, by the issuer's word; null without end.",
      resolve: ({ facts }) => unlessZero(facts.record.validUntil),
    }),
    revokedAt: t.field({
      type: "UnixTime",
      nullable: true,
      description: "When the issuer took it back; null when it did not.",
      resolve: ({ facts }) => unlessZero(facts.record.revokedAt),
    }),
    withdrawnAt: t.field({
      type: "UnixTime",
      nullable: true,
      description: "When the holder took it back; null when he did not.",
      resolve: ({ facts }) => unlessZero(facts.record.withdrawnAt),
    }),
    supersededAt: t.field({
      type: "UnixTime",
      nullable: true,
      description: "When a newer version was anchored; null when none was.",
      resolve: ({ facts }) => unlessZero(facts.record.supersededAt),
    }),
    supersededBy: t.field({
      type: "Bytes32",
      nullable: true,
      description: "The newer version; null when there is none.",
      resolve: ({ facts }) => facts.supersededBy,
    }),
    replaces: t.field({
      type: "Bytes32",
      nullable: true,
      description: "The older version that it replaces, by its anchor; null when there is none.",
      resolve: ({ facts }) => facts.replaces,
    }),
    reason: t.field({
      type: "Int",
      nullable: true,
      description: "Code of the reason for which it was revoked, else withdrawn; null where it was neither.",
      resolve: ({ facts }) => facts.reason,
    }),
    reasonName: t.field({
      type: "String",
      nullable: true,
      description: "Name of that reason; null for a code without one.",
      resolve: ({ facts }) => (facts.reason === null ? null : (CREDENTIAL_REASONS.get(facts.reason) ?? null)),
    }),
    blockNumber: t.field({
      type: "BlockNumber",
      description: "Block of the newest statement about it, which may be later than the moment looked at.",
      resolve: ({ facts }) => facts.blockNumber,
    }),
    blockTime: t.field({
      type: "UnixTime",
      description: "Time of that block.",
      resolve: ({ facts }) => facts.blockTime,
    }),
    finality: t.field({
      type: Finality,
      description: "How final that block is.",
      resolve: ({ facts, chain }) => finalityOf(chain, facts.blockNumber),
    }),
    history: t.connection(
      {
        type: Event,
        description: "Everything that this registry said about it, retracted events included, the newest last.",
        resolve: async (one, args, context) => {
          const { credential, contract, chainId } = one.facts;
          const filter = { credential, contract, chain: chainId };
          const list = new EventList(context.database, filter, { ...within(one), at: undefined });
          return { ...(await readPage(list, toWindow(args, decodeTrailCursor))), ...settingWithin(context, one) };
        },
      },
      EventConnection,
    ),
  }),
});
