import { builder } from "../builder.ts";

/** Values are those of grants/rule.ts. */
export const GrantState = builder.enumType("GrantState", {
  description: "What a grant allows at a moment, by the rule of time.",
  values: {
    NONE: { description: "Never granted." },
    PENDING: { description: "Granted, not begun: nothing may be read yet." },
    ACTIVE: { description: "May be read for the purpose granted." },
    RETAINED: { description: "Ended, but records must still be kept: may be read for record keeping only." },
    ENDED: { description: "Nothing may be read any more." },
  },
} as const);
