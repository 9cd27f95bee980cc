import type { SeenChain as Seen } from "../access/seenChains.ts";
import { builder } from "../builder.ts";

export const SeenChain = builder.objectRef<Seen>("SeenChain").implement({
  description: "Up to where an answer that was logged knew a chain.",
  fields: (t) => ({
    chain: t.field({ type: "ChainId", description: "Which chain.", resolve: ({ chainId }) => chainId }),
    block: t.field({
      type: "BlockNumber",
      nullable: true,
      description: "The newest block whose events were all known; null before the first.",
      resolve: ({ block }) => block,
    }),
  }),
});
