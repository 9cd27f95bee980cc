import type { UnixTime } from "../../grants/record.ts";
import { type ChainHealth, chainLag, type ObservedChain } from "../../ops/health.ts";
import { builder } from "../builder.ts";
import { finalityOf } from "../read/chain.ts";
import { ChainStatus } from "./chainStatus.ts";
import { Finality } from "./finality.ts";
import { Verification } from "./verification.ts";

/** What an answer knew of a chain, and the moment it looked at. */
export interface Evaluation {
  readonly chain: ObservedChain;
  readonly health: ChainHealth;
  readonly at: UnixTime;
}

export const ChainEvaluation = builder.objectRef<Evaluation>("ChainEvaluation").implement({
  description: "Up to where an answer knew a chain, and the moment it was evaluated at.",
  fields: (t) => ({
    chain: t.field({ type: "ChainId", description: "Which chain.", resolve: ({ chain }) => chain.chainId }),
    status: t.field({
      type: ChainStatus,
      description: "How far the chain could be relied on.",
      resolve: ({ health }) => health,
    }),
    verification: t.field({
      type: Verification,
      description: "How far the word of its nodes was checked; where its history was read in several ways, the least.",
      resolve: ({ chain }) => chain.verification,
    }),
    time: t.field({
      type: "UnixTime",
      description:
        "The moment evaluated at: `at`, or else the later of our clock and the newest indexed block, which is what a transaction mined now would see.",
      resolve: ({ at }) => at,
    }),
    block: t.field({
      type: "BlockNumber",
      nullable: true,
      description: "The newest block whose events are all known; null before the first.",
      resolve: ({ chain }) => chain.indexedNumber,
    }),
    blockHash: t.field({
      type: "Bytes32",
      nullable: true,
      description: "Hash of that block.",
      resolve: ({ chain }) => chain.indexedHash,
    }),
    blockTime: t.field({
      type: "UnixTime",
      nullable: true,
      description: "Time of that block.",
      resolve: ({ chain }) => chain.indexedTime,
    }),
    finality: t.field({
      type: Finality,
      nullable: true,
      description: "How final that block is.",
      resolve: ({ chain }) => (chain.indexedNumber === null ? null : finalityOf(chain, chain.indexedNumber)),
    }),
    safeBlock: t.field({
      type: "BlockNumber",
      nullable: true,
      description: "The newest indexed block that is safe; null where the node names none.",
      resolve: ({ chain }) => chain.safeNumber,
    }),
    finalizedBlock: t.field({
      type: "BlockNumber",
      nullable: true,
      description: "The newest indexed block that is finalized; null where the node names none.",
      resolve: ({ chain }) => chain.finalizedNumber,
    }),
    lag: t.field({
      type: "Count",
      nullable: true,
      description: "Blocks that the node has shown and that are not indexed yet.",
      resolve: ({ chain }) => chainLag(chain),
    }),
  }),
});
