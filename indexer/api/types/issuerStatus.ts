import { builder } from "../builder.ts";

/** Values are those of standing.ts. */
export const IssuerStatus = builder.enumType("IssuerStatus", {
  description: "What an issuer is worth at a moment, in one registry.",
  values: {
    NOT_REGISTERED: { description: "Not registered, or not as an issuer. Takes nothing away." },
    ACTIVE: { description: "Registered as an issuer, and may act." },
    SUSPENDED: { description: "Registered as an issuer, and may not act for now." },
    WITHDRAWN: { description: "Was registered as an issuer, and may not act any more." },
  },
} as const);
