import { builder } from "../builder.ts";
import { ChainEvaluation } from "./chainEvaluation.ts";
import { Event } from "./event.ts";

export const EventConnection = builder.connectionObject(
  {
    type: Event,
    name: "EventConnection",
    description: "A page of events, the oldest first (Relay).",
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
  { name: "EventEdge", description: "One event and its place in the list." },
);
