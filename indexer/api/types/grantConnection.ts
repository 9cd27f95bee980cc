import { builder } from "../builder.ts";
import { ChainEvaluation } from "./chainEvaluation.ts";
import { GrantRef } from "./grantRef.ts";

export const GrantConnection = builder.connectionObject(
  {
    type: GrantRef,
    name: "GrantConnection",
    description: "A page of grants (Relay).",
    fields: (t) => ({
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
  { name: "GrantEdge", description: "One grant and its place in the list." },
);
