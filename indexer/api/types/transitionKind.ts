import { builder } from "../builder.ts";

/** Values are those of read/feed.ts. */
export const TransitionKind = builder.enumType("TransitionKind", {
  description: "What changed of a grant without an event of its own.",
  values: {
    BECAME_ACTIVE: { description: "Its start came: the grantee may read for the purpose." },
    ENDED_ACTIVE: {
      description: "Its end came, or that of the grant it was made onward under: reading for the purpose is over.",
    },
    ENDED: {
      description:
        "All reading is over, record keeping too. Comes right after ENDED_ACTIVE where nothing had to be kept.",
    },
  },
} as const);
