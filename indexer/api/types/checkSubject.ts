import { builder } from "../builder.ts";

export const CheckSubject = builder.enumType("CheckSubject", {
  description: "What a check can be decided by, in the order in which they are looked at.",
  values: {
    GRANT: { description: "The grant, or that there is none." },
    CREDENTIAL: {
      description: "What the credential is worth: its issuer or holder took it away, or its validity did.",
    },
    ISSUER: { description: "What the issuer of the credential is worth." },
  },
} as const);
