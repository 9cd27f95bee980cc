import type { CredentialRef } from "../../grants/bytes.ts";
import { CREDENTIAL_STATUSES, type CredentialStatus as Status, statusAt } from "../../grants/credentialStatus.ts";
import { builder } from "../builder.ts";
import type { Setting } from "../queries/present.ts";
import type { CredentialAt } from "../read/credential.ts";
import type { Versions } from "../read/credentials.ts";
import { ChainEvaluation } from "./chainEvaluation.ts";
import { Credential } from "./credential.ts";
import { CredentialStatus } from "./credentialStatus.ts";

/** A credential by all registries together. */
export interface CredentialView extends Setting {
  readonly credential: CredentialRef;
  readonly known: readonly CredentialAt[];
  readonly versions: Versions;
}

/** The strongest of what the registries say: an end on one chain is an end. */
function strongest(known: readonly CredentialAt[]): Status {
  const said = known.map(({ facts, at }) => statusAt(facts.record, at));
  return CREDENTIAL_STATUSES.findLast((status) => said.includes(status)) ?? "NOT_ANCHORED";
}

export const CredentialAnswer = builder.objectRef<CredentialView>("CredentialAnswer").implement({
  description: "What the registries say about one credential, and which version of it is the latest.",
  fields: (t) => ({
    credential: t.field({
      type: "Bytes32",
      description: "The reference asked about.",
      resolve: ({ credential }) => credential,
    }),
    status: t.field({
      type: CredentialStatus,
      description:
        "The strongest of what the registries say, since an end on one chain is an end. NOT_ANCHORED where none says anything.",
      resolve: ({ known }) => strongest(known),
    }),
    registries: t.field({
      type: [Credential],
      description: "What each registry says that says something.",
      resolve: ({ known }) => known,
    }),
    latest: t.field({
      type: "Bytes32",
      description: "The newest version known, itself where nothing replaced it.",
      resolve: ({ credential, versions }) => versions.credentials.at(-1) ?? credential,
    }),
    versions: t.field({
      type: ["Bytes32"],
      description: "From the one asked about to the newest known, each replaced by the next.",
      resolve: ({ versions }) => versions.credentials,
    }),
    versionsComplete: t.boolean({
      description:
        "False when there are more than were followed (100), or when they lead back to themselves: then there is no latest one.",
      resolve: ({ versions }) => versions.complete,
    }),
    evaluatedAt: t.field({
      type: [ChainEvaluation],
      description: "The chains asked, and up to where each was known.",
      resolve: ({ evaluatedAt }) => evaluatedAt,
    }),
    knownAt: t.field({
      type: "KnownAt",
      description: "Given as `knownAt` of the same question, has this answer again.",
      resolve: ({ knownAt }) => knownAt,
    }),
  }),
});
