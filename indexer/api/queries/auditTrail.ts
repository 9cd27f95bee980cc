import { builder } from "../builder.ts";
import { readPage, toWindow } from "../page.ts";
import { decodeTrailCursor, EventList } from "../read/events.ts";
import { Event } from "../types/event.ts";
import { EventConnection } from "../types/eventConnection.ts";
import { EventFilter } from "../types/eventFilter.ts";
import { toFilter } from "./filter.ts";
import { readSetting } from "./present.ts";

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
        const { evaluatedAt } = await readSetting(context, filter.chain, undefined);
        return { ...(await readPage(new EventList(context.database, filter), window)), evaluatedAt };
      },
    },
    EventConnection,
  ),
);
