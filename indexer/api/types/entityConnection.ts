import { builder } from "../builder.ts";
import { ChainEvaluation } from "./chainEvaluation.ts";
import { Entity } from "./entity.ts";

export const EntityConnection = builder.connectionObject(
  {
    type: Entity,
    name: "EntityConnection",
    description: "A page of entities (Relay).",
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
  { name: "EntityEdge", description: "One entity and its place in the list." },
);
