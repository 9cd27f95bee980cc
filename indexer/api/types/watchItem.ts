import { builder } from "../builder.ts";
import type { WatchedItem } from "../watch/watch.ts";
import { Event } from "./event.ts";
import { Transition } from "./transition.ts";
import { WatchItemKind } from "./watchItemKind.ts";

export const WatchItem = builder.objectRef<WatchedItem>("WatchItem").implement({
  description: "Something that became known, or is known no more.",
  fields: (t) => ({
    kind: t.field({ type: WatchItemKind, description: "What this item says.", resolve: ({ what }) => what }),
    cursor: t.string({
      description: "Given as `after`, goes on after this item. Keep it when the item has been dealt with, not before.",
      resolve: ({ cursor }) => cursor,
    }),
    chain: t.field({ type: "ChainId", description: "The chain it is about.", resolve: ({ chainId }) => chainId }),
    knownAt: t.field({
      type: "Timestamp",
      description: "When we learned it, or learned that it is not so. Rises within a chain.",
      resolve: ({ knownAt }) => knownAt,
    }),
    event: t.field({
      type: Event,
      nullable: true,
      description:
        "Of EVENT and EVENT_RETRACTED: the event as it is known now, which may be retracted by a later item already.",
      resolve: ({ event }) => event ?? null,
    }),
    transition: t.field({
      type: Transition,
      nullable: true,
      description: "Of TRANSITION and TRANSITION_RETRACTED.",
      resolve: ({ transition }) => transition ?? null,
    }),
  }),
});
