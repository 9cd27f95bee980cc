import { builder } from "../builder.ts";
import { LoggedQuery } from "./loggedQuery.ts";

export const LoggedQueryConnection = builder.connectionObject(
  { type: LoggedQuery, name: "LoggedQueryConnection", description: "A page of questions that were logged (Relay)." },
  { name: "LoggedQueryEdge", description: "One of them and its place in the list." },
);
