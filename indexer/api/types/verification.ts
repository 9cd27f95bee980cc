import { builder } from "../builder.ts";

export const Verification = builder.enumType("Verification", {
  description: "How far the word of the node was checked.",
  values: {
    LINKED: { description: "The block's header links to its parent's, and header and log agree on the block's hash." },
  },
} as const);
