import { builder } from "../builder.ts";
import { momentOf } from "../moment.ts";
import { readPage, toWindow } from "../page.ts";
import { decodeGrantCursor, GrantList, readGrant } from "../read/grants.ts";
import { Grant, parseGrantId } from "../types/grant.ts";
import { GrantConnection } from "../types/grantConnection.ts";
import { GrantFilter } from "../types/grantFilter.ts";
import { toFilter } from "./filter.ts";
import { KNOWN_AT } from "./knownAtArgument.ts";
import { settingOf } from "./present.ts";

builder.queryField("grants", (t) =>
  t.connection(
    {
      type: Grant,
      description: "Grants, ordered by credential, grantee, purpose, chain and contract.",
      args: {
        filter: t.arg({ type: GrantFilter, description: "Only grants that all of this is true of." }),
        at: t.arg({ type: "UnixTime", description: "As they were at an earlier moment; the present without it." }),
        knownAt: t.arg({ type: "KnownAt", description: KNOWN_AT }),
      },
      resolve: async (_root, args, context) => {
        const filter = toFilter(args.filter);
        const window = toWindow(args, decodeGrantCursor);
        const moment = momentOf(context, args);
        const page = await readPage(new GrantList(context.database, filter, moment), window);
        return { ...page, ...settingOf(context, moment, page.chains, filter.chain) };
      },
    },
    GrantConnection,
  ),
);

builder.queryField("grant", (t) =>
  t.field({
    type: Grant,
    nullable: true,
    description: "One grant by its id; null when there is none, or was none yet at that moment.",
    args: {
      id: t.arg.id({ required: true, description: "`Grant.id`." }),
      at: t.arg({ type: "UnixTime", description: "As it was at an earlier moment; the present without it." }),
      knownAt: t.arg({ type: "KnownAt", description: KNOWN_AT }),
    },
    resolve: async (_root, args, context) => {
      const key = parseGrantId(args.id);
      const moment = momentOf(context, args);
      const { items, chains } = await readGrant(context.database, key, moment);
      settingOf(context, moment, chains);
      return items[0];
    },
  }),
);
