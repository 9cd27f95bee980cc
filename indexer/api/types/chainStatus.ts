import { builder } from "../builder.ts";

/** Values are those of ops/health.ts. */
export const ChainStatus = builder.enumType("ChainStatus", {
  description: "How far a chain can be relied on now. Only LIVE allows an answer to rest on it.",
  values: {
    LIVE: { description: "Caught up, and confirmed by its node a moment ago." },
    BACKFILL: { description: "Its history is still being read." },
    STALE: { description: "Was caught up, but its node has not confirmed the head for too long." },
    QUARANTINED: { description: "Contradicted its own finality; waits for the operator." },
    RETIRED: {
      description: "No longer followed, by the operator's decision: known up to its indexed block, not after.",
    },
  },
} as const);
