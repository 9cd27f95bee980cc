import { builder } from "../builder.ts";

export const RetentionEnd = builder.enumType("RetentionEnd", {
  description: "What ends.",
  values: {
    PURPOSE_ENDS: { description: "Reading for the purpose; records are kept on." },
    RECORDS_END: { description: "All reading: records are to be erased." },
  },
} as const);

export const KeptBy = builder.enumType("KeptBy", {
  description: "What keeps records for the longest.",
  values: {
    RETENTION: { description: "The retention agreed, counted from the end of the purpose." },
    LOCK: { description: "A fixed date that was agreed." },
    LEGAL_HOLD: { description: "A legal hold." },
  },
} as const);
