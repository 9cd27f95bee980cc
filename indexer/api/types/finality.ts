import { builder } from "../builder.ts";

export const Finality = builder.enumType("Finality", {
  description: "How final a block is by the word of its chain's node, at the moment of the answer.",
  values: {
    LATEST: { description: "Newer than the safe block: a reorg may still drop it." },
    SAFE: { description: "At or below the safe block: a reorg would need a fault in many validators." },
    FINALIZED: { description: "At or below the finalized block." },
  },
} as const);
