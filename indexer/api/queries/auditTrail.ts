import { builder } from "../builder.ts";
import { readPage, toWindow } from "../page.ts";
import { decodeTrailCursor, EventList } from "../read/events.ts";
import { Event } from "../types/event.ts";
import { EventConnection } from "../types/eventConnection.ts";
import { EventFilter } from "../types/eventFilter.ts";
import { toFilter } from "./filter.ts";
import { resolveMoment } from "./present.ts";

builder.queryField("auditTrail", (t) =>
  t.connection(
    {
      type: Event,
      description:
        "Every event, ordered by block time, chain and the order we learned them in. Retracted events are included and marked.",
      args: { filter: t.arg({ type: EventFilter, description: "Only events that all of this is true of." }) },
      resolve: async (_root, args, context) => {
        const filter = toFilter(args.filter);
        const window = toWindow(args, decodeTrailCursor);
        await resolveMoment(context, filter.chain, undefined);
        return readPage(new EventList(context.database, filter), window);
      },
    },
    EventConnection,
  ),
);
