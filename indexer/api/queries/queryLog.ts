import { builder } from "../builder.ts";
import { momentOf } from "../moment.ts";
import { readPage, toWindow } from "../page.ts";
import { parseQueryLogCursor, QueryLogList } from "../read/queryLog.ts";
import { LoggedQuery } from "../types/loggedQuery.ts";
import { LoggedQueryConnection } from "../types/loggedQueryConnection.ts";
import { QueryLogFilter } from "../types/queryLogFilter.ts";
import { evaluate } from "./present.ts";

builder.queryField("queryLog", (t) =>
  t.connection(
    {
      type: LoggedQuery,
      description:
        "What was asked with keys, in the order in which it was recorded. For the key of an operator alone; empty where nothing is logged.",
      args: {
        filter: t.arg({ type: QueryLogFilter, description: "Only questions that all of this is true of." }),
      },
      resolve: async (_root, args, context) => {
        const window = toWindow(args, parseQueryLogCursor);
        const page = await readPage(new QueryLogList(context.database, args.filter ?? {}), window);
        return { ...page, ...evaluate(context, momentOf(context, {}), []) };
      },
    },
    LoggedQueryConnection,
  ),
);
