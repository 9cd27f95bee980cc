import { builder } from "../builder.ts";
import { toFilter } from "../queries/filter.ts";
import { WatchFilter } from "../types/watchFilter.ts";
import { WatchItem } from "../types/watchItem.ts";
import { WatchFailure, watch } from "../watch/watch.ts";

builder.subscriptionType({ description: "What can be followed as it becomes known, over server-sent events." });

builder.subscriptionField("watch", (t) =>
  t.field({
    type: WatchItem,
    description:
      "Every event, every retraction of one, and what time alone changes, chain by chain in the order in which we learned it. Begins with what becomes known from now on, or with everything after a place. docs/WATCHING.md says how to lose nothing.",
    args: {
      filter: t.arg({ type: WatchFilter, description: "Only what all of this is true of." }),
      after: t.arg.string({ description: "Go on after the item with this cursor." }),
      since: t.arg({
        type: "KnownAt",
        description:
          "Begin with what was not known yet then: the `knownAt` of an answer, so that nothing is missing between it and the first item, or a moment of our clock.",
      }),
    },
    subscribe: (_root, { filter, ...begin }, context) => watch(context, toFilter(filter), begin),
    resolve: (item) => {
      if (item instanceof WatchFailure) throw item.error;
      return item;
    },
  }),
);
