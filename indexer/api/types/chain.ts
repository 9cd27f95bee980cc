import { chainHealth, chainLag, type ObservedChain } from "../../ops/health.ts";
import { builder } from "../builder.ts";
import { badInput } from "../errors.ts";
import { decodeChainKey, encodeChainKey } from "../key.ts";
import { type Moment, momentOf } from "../moment.ts";
import { readChains } from "../read/chain.ts";
import { ChainStatus } from "./chainStatus.ts";
import { Verification } from "./verification.ts";

function parseId(id: string): bigint {
  const chainId = decodeChainKey(id);
  if (chainId === undefined) throw badInput("id: expected the id of a chain");
  return chainId;
}

/** A chain, and the moment of the answer that it is in. */
interface ChainAt {
  readonly chain: ObservedChain;
  readonly moment: Moment;
}

export const Chain = builder.node(builder.objectRef<ChainAt>("Chain"), {
  description: "A chain that is indexed, and how far.",
  id: { resolve: ({ chain }) => encodeChainKey(chain.chainId), parse: parseId },
  loadOne: async (chainId, context) => {
    const chain = (await readChains(context.database)).find((one) => one.chainId === chainId);
    return chain && { chain, moment: momentOf(context, {}) };
  },
  fields: (t) => ({
    chain: t.field({ type: "ChainId", description: "The chain (CAIP-2).", resolve: ({ chain }) => chain.chainId }),
    name: t.field({
      type: "String",
      description: "Its name in our configuration.",
      resolve: ({ chain }) => chain.name,
    }),
    status: t.field({
      type: ChainStatus,
      description: "How far it can be relied on now.",
      resolve: ({ chain, moment }, _args, { maxStalenessSeconds }) =>
        chainHealth(chain, moment.clock, maxStalenessSeconds),
    }),
    verification: t.field({
      type: Verification,
      description: "How far the word of its nodes was checked; where its history was read in several ways, the least.",
      resolve: ({ chain }) => chain.verification,
    }),
    quarantine: t.field({
      type: "String",
      nullable: true,
      description: "Why it is quarantined; null when it is not.",
      resolve: ({ chain }) => chain.quarantine,
    }),
    headBlock: t.field({
      type: "BlockNumber",
      nullable: true,
      description: "Newest block its node has shown; null before the first answer.",
      resolve: ({ chain }) => chain.headNumber,
    }),
    headTime: t.field({
      type: "UnixTime",
      nullable: true,
      description: "Time of that block.",
      resolve: ({ chain }) => chain.headTime,
    }),
    indexedBlock: t.field({
      type: "BlockNumber",
      nullable: true,
      description: "Newest block whose events are all known; null before the first.",
      resolve: ({ chain }) => chain.indexedNumber,
    }),
    indexedHash: t.field({
      type: "Bytes32",
      nullable: true,
      description: "Hash of that block.",
      resolve: ({ chain }) => chain.indexedHash,
    }),
    indexedTime: t.field({
      type: "UnixTime",
      nullable: true,
      description: "Time of that block.",
      resolve: ({ chain }) => chain.indexedTime,
    }),
    safeBlock: t.field({
      type: "BlockNumber",
      nullable: true,
      description: "Newest indexed block that is safe; null where the node names none.",
      resolve: ({ chain }) => chain.safeNumber,
    }),
    finalizedBlock: t.field({
      type: "BlockNumber",
      nullable: true,
      description: "Newest indexed block that is finalized; null where the node names none.",
      resolve: ({ chain }) => chain.finalizedNumber,
    }),
    lag: t.field({
      type: "Count",
      nullable: true,
      description: "Blocks that its node has shown and that are not indexed yet.",
      resolve: ({ chain }) => chainLag(chain),
    }),
    checkedAt: t.field({
      type: "Timestamp",
      nullable: true,
      description: "When its node last answered with a head that agreed with ours.",
      resolve: ({ chain }) => (chain.checkedAt === null ? null : new Date(chain.checkedAt).toISOString()),
    }),
    events: t.field({
      type: "Count",
      description: "Events learned, retracted ones included.",
      resolve: ({ chain }) => chain.lastSeq,
    }),
    undecoded: t.field({
      type: "Count",
      description: "Events from the indexed contracts that are none we know. Kept as they came.",
      resolve: async ({ chain: { chainId, lastSeq } }, _args, { database }) => {
        const where = { chainId, kind: "UNDECODED" as const, seq: { lte: lastSeq } };
        return BigInt(await database.typed((prisma) => prisma.event.count({ where })));
      },
    }),
  }),
});
