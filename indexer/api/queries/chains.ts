import { builder } from "../builder.ts";
import { momentOf } from "../moment.ts";
import { readChains } from "../read/chain.ts";
import { Chain } from "../types/chain.ts";
import { KNOWN_AT } from "./knownAtArgument.ts";

builder.queryField("chains", (t) =>
  t.field({
    type: [Chain],
    description: "The chains that are indexed, and how far.",
    args: { knownAt: t.arg({ type: "KnownAt", description: KNOWN_AT }) },
    resolve: async (_root, args, context) => {
      const moment = momentOf(context, args);
      return (await readChains(context.database, moment.known)).map((chain) => ({ chain, moment }));
    },
  }),
);
