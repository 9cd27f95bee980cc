import { builder } from "../builder.ts";

/** Values are those of grants/credentialStatus.ts. */
export const CredentialStatus = builder.enumType("CredentialStatus", {
  description:
    "What a credential is worth at a moment, in one registry. The order is that of precedence, the strongest last.",
  values: {
    NOT_ANCHORED: { description: "No statement of the issuer has reached the chain. Takes nothing away." },
    VALID: { description: "May be relied on." },
    NOT_YET_VALID: { description: "The issuer said from when, and that is still to come." },
    EXPIRED: { description: "The issuer said until when, and that is over." },
    SUPERSEDED: { description: "The issuer anchored a newer version." },
    WITHDRAWN: { description: "The holder took it back." },
    REVOKED: { description: "The issuer took it back." },
  },
} as const);
