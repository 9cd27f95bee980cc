import { builder } from "../builder.ts";
import { Chain } from "../types/chain.ts";

builder.queryField("chains", (t) =>
  t.field({
    type: [Chain],
    description: "The chains that are indexed, and how far.",
    resolve: (_root, _args, { database }) =>
      database.typed((prisma) => prisma.chain.findMany({ orderBy: { chainId: "asc" } })),
  }),
);
