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
        description: "The chains asked, and up to where each was known at least.",
        resolve: ({ evaluatedAt }) => evaluatedAt,
      }),
    }),
  },
  { name: "EventEdge", description: "One event and its place in the list." },
);
