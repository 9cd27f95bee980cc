import type { Chain as ChainModel } from "../../ledger/generated/client.ts";
import { chainHealth, chainLag } from "../../ops/health.ts";
import { builder } from "../builder.ts";
import { badInput } from "../errors.ts";
import { decodeChainKey, encodeChainKey } from "../key.ts";
import { ChainStatus } from "./chainStatus.ts";

function parseId(id: string): bigint {
  const chainId = decodeChainKey(id);
  if (chainId === undefined) throw badInput("id: expected the id of a chain");
  return chainId;
}

export const Chain = builder.node(builder.objectRef<ChainModel>("Chain"), {
  description: "A chain that is indexed, and how far.",
  id: { resolve: ({ chainId }) => encodeChainKey(chainId), parse: parseId },
  loadOne: (chainId, { database }) => database.typed((prisma) => prisma.chain.findUnique({ where: { chainId } })),
  fields: (t) => ({
    chain: t.field({ type: "ChainId", description: "The chain (CAIP-2).", resolve: ({ chainId }) => chainId }),
    name: t.field({ type: "String", description: "Its name in our configuration.", resolve: ({ name }) => name }),
    status: t.field({
      type: ChainStatus,
      description: "How far it can be relied on now.",
      resolve: (chain, _args, { clock, maxStalenessSeconds }) =>
        chainHealth({ ...chain, checkedAt: chain.checkedAt?.getTime() ?? null }, clock(), maxStalenessSeconds),
    }),
    quarantine: t.field({
      type: "String",
      nullable: true,
      description: "Why it is quarantined; null when it is not.",
      resolve: ({ quarantine }) => quarantine,
    }),
    headBlock: t.field({
      type: "BlockNumber",
      nullable: true,
      description: "Newest block its node has shown; null before the first answer.",
      resolve: ({ headNumber }) => headNumber,
    }),
    headTime: t.field({
      type: "UnixTime",
      nullable: true,
      description: "Time of that block.",
      resolve: ({ headTime }) => headTime,
    }),
    indexedBlock: t.field({
      type: "BlockNumber",
      nullable: true,
      description: "Newest block whose events are all known; null before the first.",
      resolve: ({ indexedNumber }) => indexedNumber,
    }),
    indexedHash: t.field({
      type: "Bytes32",
      nullable: true,
      description: "Hash of that block.",
      resolve: ({ indexedHash }) => indexedHash,
    }),
    indexedTime: t.field({
      type: "UnixTime",
      nullable: true,
      description: "Time of that block.",
      resolve: ({ indexedTime }) => indexedTime,
    }),
    safeBlock: t.field({
      type: "BlockNumber",
      nullable: true,
      description: "Newest indexed block that is safe; null where the node names none.",
      resolve: ({ safeNumber }) => safeNumber,
    }),
    finalizedBlock: t.field({
      type: "BlockNumber",
      nullable: true,
      description: "Newest indexed block that is finalized; null where the node names none.",
      resolve: ({ finalizedNumber }) => finalizedNumber,
    }),
    lag: t.field({
      type: "Count",
      nullable: true,
      description: "Blocks that its node has shown and that are not indexed yet.",
      resolve: (chain) => chainLag(chain),
    }),
    checkedAt: t.field({
      type: "Timestamp",
      nullable: true,
      description: "When its node last answered with a head that agreed with ours.",
      resolve: ({ checkedAt }) => checkedAt?.toISOString() ?? null,
    }),
    events: t.field({
      type: "Count",
      description: "Events learned, retracted ones included.",
      resolve: ({ lastSeq }) => lastSeq,
    }),
    undecoded: t.field({
      type: "Count",
      description: "Events from the indexed contracts that are none we know. Kept as they came.",
      resolve: async ({ chainId }, _args, { database }) =>
        BigInt(await database.typed((prisma) => prisma.event.count({ where: { chainId, kind: "UNDECODED" } }))),
    }),
  }),
});
