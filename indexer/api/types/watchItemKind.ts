import { builder } from "../builder.ts";

/** Values are those of read/feed.ts. */
export const WatchItemKind = builder.enumType("WatchItemKind", {
  description: "What an item of a watch says.",
  values: {
    EVENT: { description: "A contract said something." },
    EVENT_RETRACTED: { description: "A reorg dropped an event that was an item before: it counts for no answer." },
    TRANSITION: { description: "The state of a grant changed without an event of its own." },
    TRANSITION_RETRACTED: {
      description:
        "A reorg took the chain back to before a transition, or dropped what made it: it did not happen yet.",
    },
  },
} as const);
