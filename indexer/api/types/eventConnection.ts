import { builder } from "../builder.ts";
import { Event } from "./event.ts";

export const EventConnection = builder.connectionObject(
  { type: Event, name: "EventConnection", description: "A page of events, the oldest first (Relay)." },
  { name: "EventEdge", description: "An event and its place in the list." },
);
