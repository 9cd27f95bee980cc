import { builder } from "../builder.ts";

export const Decision = builder.enumType("Decision", {
  description: "The answer to a check. Whatever is not ALLOWED must not be read.",
  values: {
    ALLOWED: {
      description:
        "A grant on a chain that can be relied on now allows the use, and no registry of the chains asked forbids it.",
    },
    DENIED: {
      description:
        "No grant allows the use, as far as every chain asked is known; or a registry is known to forbid it.",
    },
    INDETERMINATE: { description: "It cannot be said: the reason names why. Never treat it as allowed." },
  },
} as const);
