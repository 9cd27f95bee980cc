import { builder } from "../builder.ts";
import { momentOf } from "../moment.ts";
import { readPage, toWindow } from "../page.ts";
import { decodeTrailCursor, EventList } from "../read/events.ts";
import { Event } from "../types/event.ts";
import { EventConnection } from "../types/eventConnection.ts";
import { EventFilter } from "../types/eventFilter.ts";
import { toFilter } from "./filter.ts";
import { KNOWN_AT } from "./knownAtArgument.ts";
import { settingOf } from "./present.ts";

builder.queryField("auditTrail", (t) =>
  t.connection(
    {
      type: Event,
      description:
        "Every event, ordered by block time, chain and the order we learned them in. Retracted events are included and marked.",
      args: {
        filter: t.arg({ type: EventFilter, description: "Only events that all of this is true of." }),
        at: t.arg({ type: "UnixTime", description: "Only what had happened by an earlier moment of the chains." }),
        knownAt: t.arg({ type: "KnownAt", description: KNOWN_AT }),
      },
      resolve: async (_root, args, context) => {
        const filter = toFilter(args.filter);
        const window = toWindow(args, decodeTrailCursor);
        const moment = momentOf(context, args);
        const page = await readPage(new EventList(context.database, filter, moment), window);
        return { ...page, ...settingOf(context, moment, page.chains, filter.chain) };
      },
    },
    EventConnection,
  ),
);
