import { builder } from "../builder.ts";

/** Values are those of read/issuer.ts. */
export const EntityStatus = builder.enumType("EntityStatus", {
  description: "Whether an entity may act as what it is registered for.",
  values: {
    ACTIVE: { description: "May act." },
    SUSPENDED: { description: "May not act for now." },
    WITHDRAWN: { description: "May not act any more, unless it is registered anew." },
  },
} as const);
