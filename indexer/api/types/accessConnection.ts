import { builder } from "../builder.ts";
import { Access } from "./access.ts";
import { ChainEvaluation } from "./chainEvaluation.ts";

export const AccessConnection = builder.connectionObject(
  {
    type: Access,
    name: "AccessConnection",
    description: "A page of who can read what (Relay).",
    fields: (t) => ({
      complete: t.boolean({
        description:
          "Whether every chain asked can be relied on: else somebody may be missing, for whom `check` is INDETERMINATE.",
        resolve: ({ evaluatedAt, complete }) => evaluatedAt.length > 0 && complete === true,
      }),
      evaluatedAt: t.field({
        type: [ChainEvaluation],
        description: "The chains asked, and up to where each was known.",
        resolve: ({ evaluatedAt }) => evaluatedAt,
      }),
      knownAt: t.field({
        type: "KnownAt",
        description: "Given as `knownAt` of the same question, has this page again.",
        resolve: ({ knownAt }) => knownAt,
      }),
    }),
  },
  { name: "AccessEdge", description: "One of them and its place in the list." },
);
