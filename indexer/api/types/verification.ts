import { builder } from "../builder.ts";

export const Verification = builder.enumType("Verification", {
  description: "How far the word of the node was checked, the least first.",
  values: {
    RANGED: {
      description:
        "Two endpoints gave the same logs for a range of final blocks; headers only of blocks with events, their hashes recomputed where the chain's encoding is proven.",
    },
    LINKED: { description: "The block's header links to its parent's, and header and log agree on the block's hash." },
    VERIFIED: {
      description:
        "The header's hash was recomputed from its fields, and the log is in receipts that rebuild the header's receipts root. The hash of the transaction is the node's word.",
    },
  },
} as const);
