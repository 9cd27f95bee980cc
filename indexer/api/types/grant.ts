import { LEGAL_BASES, PURPOSES, REASONS } from "../../grants/codes.ts";
import { grantId } from "../../grants/ids.ts";
import { accessEnd, activeEnd, NEVER, stateAt } from "../../grants/rule.ts";
import { builder } from "../builder.ts";
import { badInput } from "../errors.ts";
import { decodeGrantKey, encodeGrantKey, type GrantKey } from "../key.ts";
import { momentOf } from "../moment.ts";
import { readPage, toWindow } from "../page.ts";
import { settingWithin } from "../queries/present.ts";
import { finalityOf } from "../read/chain.ts";
import { decodeTrailCursor, EventList } from "../read/events.ts";
import { within } from "../read/grant.ts";
import { decodeGrantCursor, GrantList, readGrant } from "../read/grants.ts";
import { Account } from "./account.ts";
import { Event } from "./event.ts";
import { EventConnection } from "./eventConnection.ts";
import { Finality } from "./finality.ts";
import { GrantConnection } from "./grantConnection.ts";
import { GrantRecord } from "./grantRecord.ts";
import { GrantRef } from "./grantRef.ts";
import { GrantState } from "./grantState.ts";

/** @throws GraphQLError BAD_INPUT when it is none. */
export function parseGrantId(id: string): GrantKey {
  const key = decodeGrantKey("grantId", id);
  if (key === undefined) throw badInput("id: expected the id of a grant");
  return key;
}

const unlessNever = (t: bigint): bigint | null => (t === NEVER ? null : t);

export const Grant = builder.node(GrantRef, {
  description:
    "That a grantee may read a credential for a purpose, on one chain. Its state is that of the moment the answer looked at.",
  id: { resolve: ({ grant }) => encodeGrantKey("grantId", grant), parse: parseGrantId },
  loadOne: async (key, context) => (await readGrant(context.database, key, momentOf(context, {}))).items[0],
  fields: (t) => ({
    grantId: t.field({
      type: "Bytes32",
      description:
        "keccak256(abi.encode(credential, grantee, purpose)): its id in the contracts, the same on every chain.",
      resolve: ({ grant }) => grantId(grant.credential, grant.grantee, grant.purpose),
    }),
    chain: t.field({
      type: "ChainId",
      description: "The chain it was made on.",
      resolve: ({ grant }) => grant.chainId,
    }),
    contract: t.field({
      type: "Address",
      description: "The contract that keeps it.",
      resolve: ({ grant }) => grant.contract,
    }),
    credential: t.field({
      type: "Bytes32",
      description: "What may be read: keccak256(abi.encode(holder, issuer, seal)).",
      resolve: ({ grant }) => grant.credential,
    }),
    holder: t.field({
      type: Account,
      description: "Whose credential it is. Who granted, unless it was granted onward.",
      resolve: ({ grant }) => ({ chainId: grant.chainId, address: grant.holder }),
    }),
    grantee: t.field({
      type: Account,
      description: "Who may read.",
      resolve: ({ grant }) => ({ chainId: grant.chainId, address: grant.grantee }),
    }),
    issuer: t.field({
      type: Account,
      description: "Who issued the credential.",
      resolve: ({ grant }) => ({ chainId: grant.chainId, address: grant.issuer }),
    }),
    seal: t.field({
      type: "Bytes32",
      description: "The issuer's seal of the content.",
      resolve: ({ grant }) => grant.seal,
    }),
    purpose: t.field({
      type: "Int",
      description: "Purpose code, see docs/CODES.md.",
      resolve: ({ grant }) => grant.purpose,
    }),
    purposeName: t.field({
      type: "String",
      nullable: true,
      description: "Name of the purpose; null for a code without one.",
      resolve: ({ grant }) => PURPOSES.get(grant.purpose) ?? null,
    }),
    legalBasis: t.field({
      type: "Int",
      description: "Code of the legal basis of the current period, see docs/CODES.md.",
      resolve: ({ grant }) => grant.legalBasis,
    }),
    legalBasisName: t.field({
      type: "String",
      nullable: true,
      description: "Name of the legal basis; null for a code without one.",
      resolve: ({ grant }) => LEGAL_BASES.get(grant.legalBasis) ?? null,
    }),
    context: t.field({
      type: "Bytes32",
      description: "Hash of the agreement, request or consent text of the current period.",
      resolve: ({ grant }) => grant.context,
    }),
    reason: t.field({
      type: "Int",
      nullable: true,
      description: "Code of the reason given for its end; null where the newest event is no end.",
      resolve: ({ grant }) => grant.reason,
    }),
    reasonName: t.field({
      type: "String",
      nullable: true,
      description: "Name of the reason; null for a code without one.",
      resolve: ({ grant }) => (grant.reason === null ? null : (REASONS.get(grant.reason) ?? null)),
    }),
    record: t.field({ type: GrantRecord, description: "The terms.", resolve: ({ grant }) => grant.record }),
    state: t.field({
      type: GrantState,
      description: "What it allows at `evaluatedAt`.",
      resolve: ({ grant, at }) => stateAt(grant.record, at, grant),
    }),
    evaluatedAt: t.field({
      type: "UnixTime",
      description: "The moment its state is that of.",
      resolve: ({ at }) => at,
    }),
    activeEnd: t.field({
      type: "UnixTime",
      nullable: true,
      description:
        "When reading for the purpose ends or ended, with the grant it was granted onward under if there is one; null when no end is set.",
      resolve: ({ grant }) => unlessNever(activeEnd(grant.record, grant)),
    }),
    accessEnd: t.field({
      type: "UnixTime",
      nullable: true,
      description: "When all reading ends or ended, record keeping and legal holds included; null when no end is set.",
      resolve: ({ grant }) => unlessNever(accessEnd(grant.record, grant)),
    }),
    holdUntil: t.field({
      type: "UnixTime",
      nullable: true,
      description:
        "Until when legal holds keep its records at least: the latest of those placed in this period and not lifted, which may be over; null without any.",
      resolve: ({ grant }) => (grant.holdUntil === 0n ? null : grant.holdUntil),
    }),
    grantor: t.field({
      type: Account,
      nullable: true,
      description: "Who granted it onward, under a grant of its own; null when the holder granted it.",
      resolve: ({ grant }) =>
        grant.parent === undefined ? null : { chainId: grant.chainId, address: grant.parent.grantor },
    }),
    parentGrantedAt: t.field({
      type: "UnixTime",
      nullable: true,
      description:
        "When the period of the grantor's own grant began under which it was granted onward: it ends with that period, also where a new one has begun since.",
      resolve: ({ grant }) => grant.parent?.grantedAt ?? null,
    }),
    parentEnd: t.field({
      type: "UnixTime",
      nullable: true,
      description: "When that period stops being active; null when no end is set, or when the holder granted it.",
      resolve: ({ grant }) => unlessNever(grant.parentEnd),
    }),
    parent: t.field({
      type: GrantRef,
      nullable: true,
      description: "The grantor's own grant, as it is at the moment looked at; null when the holder granted this one.",
      resolve: async (one, _args, context) => {
        const { grant } = one;
        if (grant.parent === undefined) return null;
        const { credential, purpose, chainId, contract } = grant;
        const key = { credential, grantee: grant.parent.grantor, purpose, chainId, contract };
        return (await readGrant(context.database, key, within(one))).items[0] ?? null;
      },
    }),
    onward: t.connection(
      {
        type: GrantRef,
        description: "What its grantee granted onward under it, in whichever of its periods.",
        resolve: async (one, args, context) => {
          const { credential, purpose, contract, chainId, grantee } = one.grant;
          const filter = { credential, purpose, contract, chain: chainId, grantor: grantee };
          const list = new GrantList(context.database, filter, within(one));
          return { ...(await readPage(list, toWindow(args, decodeGrantCursor))), ...settingWithin(context, one) };
        },
      },
      GrantConnection,
    ),
    blockNumber: t.field({
      type: "BlockNumber",
      description: "Block of its newest event.",
      resolve: ({ grant }) => grant.blockNumber,
    }),
    blockTime: t.field({
      type: "UnixTime",
      description: "Time of that block.",
      resolve: ({ grant }) => grant.blockTime,
    }),
    finality: t.field({
      type: Finality,
      description: "How final that block is.",
      resolve: ({ grant, chain }) => finalityOf(chain, grant.blockNumber),
    }),
    history: t.connection(
      {
        type: Event,
        description: "All its events, retracted ones included, the newest last.",
        resolve: async (one, args, context) => {
          const list = EventList.ofGrant(context.database, one.grant, { ...within(one), at: undefined });
          return { ...(await readPage(list, toWindow(args, decodeTrailCursor))), ...settingWithin(context, one) };
        },
      },
      EventConnection,
    ),
  }),
});
