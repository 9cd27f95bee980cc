import { builder } from "../builder.ts";
import { ChainEvaluation } from "./chainEvaluation.ts";
import { Credential } from "./credential.ts";

export const CredentialConnection = builder.connectionObject(
  {
    type: Credential,
    name: "CredentialConnection",
    description: "A page of credentials (Relay).",
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
  { name: "CredentialEdge", description: "One credential and its place in the list." },
);
