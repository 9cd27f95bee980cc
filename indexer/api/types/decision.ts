import { builder } from "../builder.ts";

export const Decision = builder.enumType("Decision", {
  description: "The answer to a check. Whatever is not ALLOWED must not be read.",
  values: {
    ALLOWED: { description: "A grant on a chain that can be relied on now allows the use." },
    DENIED: { description: "Every chain asked can be relied on now, and no grant allows the use." },
    INDETERMINATE: { description: "It cannot be said: the reason names why. Never treat it as allowed." },
  },
} as const);
