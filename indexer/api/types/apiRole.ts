import { builder } from "../builder.ts";

export const ApiRole = builder.enumType("ApiRole", {
  description: "What the owner of a key may ask.",
  values: {
    INSTITUTION: { description: "About its own grants, and what is public." },
    AUDITOR: { description: "Everything about the ledger." },
    OPERATOR: { description: "The same, and what was asked with keys." },
  } as const,
});
