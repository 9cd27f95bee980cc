import { builder } from "../builder.ts";
import { Grant } from "./grant.ts";

export const GrantConnection = builder.connectionObject(
  { type: Grant, name: "GrantConnection", description: "A page of grants (Relay)." },
  { name: "GrantEdge", description: "A grant and its place in the list." },
);
