import { builder } from "../builder.ts";

export const ReadUse = builder.enumType("ReadUse", {
  description: "What the credential is to be read for.",
  values: {
    PURPOSE: { description: "The purpose granted. Needs an ACTIVE grant." },
    RECORD_KEEPING: {
      description: "Keeping and showing records that the law wants kept. An ACTIVE or RETAINED grant.",
    },
  },
} as const);
