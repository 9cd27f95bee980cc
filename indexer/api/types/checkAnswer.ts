import { PURPOSES } from "../../grants/codes.ts";
import type { Answer } from "../ask.ts";
import { builder } from "../builder.ts";
import { explainOutcome } from "../explainOutcome.ts";
import { knownAtOf } from "../moment.ts";
import { receiptOf } from "../receiptOf.ts";
import { purposeOf, stateOf } from "../shown.ts";
import { ChainEvaluation } from "./chainEvaluation.ts";
import { CheckReason } from "./checkReason.ts";
import { CheckReceipt } from "./checkReceipt.ts";
import { CheckSubject } from "./checkSubject.ts";
import { CredentialStanding } from "./credentialStanding.ts";
import { Decision } from "./decision.ts";
import { Grant } from "./grant.ts";
import { GrantState } from "./grantState.ts";
import { IssuerStanding } from "./issuerStanding.ts";

export const CheckAnswer = builder.objectRef<Answer>("CheckAnswer").implement({
  description: "Whether a credential may be read, until when, why, and what that is known from.",
  fields: (t) => ({
    decision: t.field({
      type: Decision,
      description: "The answer.",
      resolve: ({ outcome }) => outcome.decision,
    }),
    state: t.field({
      type: GrantState,
      nullable: true,
      description:
        "State of the grant that decided, NONE where there is none; null when INDETERMINATE. Where the standing decided, that of the grant that would have allowed; null when no grant is known to. An ACTIVE grant does not allow alone: look at `decision`.",
      resolve: ({ outcome }) => stateOf(outcome) ?? null,
    }),
    reason: t.field({
      type: CheckReason,
      description: "Why, as a stable code.",
      resolve: ({ outcome }) => outcome.reason,
    }),
    decidedBy: t.field({
      type: CheckSubject,
      nullable: true,
      description: "What decided: the grant, or what the credential or its issuer is worth; null when INDETERMINATE.",
      resolve: ({ outcome }) => outcome.decidedBy ?? null,
    }),
    explanation: t.string({
      description: "Why, in a sentence for people. Programs decide by `reason`.",
      resolve: explainOutcome,
    }),
    purpose: t.int({
      nullable: true,
      description:
        "Purpose of the grant that decided, or the one asked about; null when any was asked about and none decided.",
      resolve: (answer) => purposeOf(answer) ?? null,
    }),
    purposeName: t.string({
      nullable: true,
      description: "Name of that purpose; null for a code without one.",
      resolve: (answer) => PURPOSES.get(purposeOf(answer) ?? -1) ?? null,
    }),
    validUntil: t.field({
      type: "UnixTime",
      nullable: true,
      description:
        "When the answer changes by itself at the latest; an act can change it at any time before. Null when it does not change by itself, and when INDETERMINATE, which is no answer to keep.",
      resolve: ({ outcome }) => outcome.validUntil ?? null,
    }),
    grants: t.field({
      type: [Grant],
      description: "The grant nearest to allowing the use on each chain that has one, the one that decided first.",
      resolve: ({ outcome, moment }) =>
        outcome.nearest.map(({ grant, on }) => ({ grant, chain: on.chain, at: on.at, moment })),
    }),
    credentials: t.field({
      type: [CredentialStanding],
      description:
        "What the credential is worth in every credential registry of the chains asked, also where it decided nothing.",
      resolve: ({ outcome }) => outcome.credentials,
    }),
    issuers: t.field({
      type: [IssuerStanding],
      description:
        "What the issuer of the credential is worth in every entity registry of the chains asked, also where it decided nothing. NOT_REGISTERED too where nothing is known about the credential, and so nothing of who issued it.",
      resolve: ({ outcome }) => outcome.issuers,
    }),
    evaluatedAt: t.field({
      type: [ChainEvaluation],
      description: "The chains asked, and up to where each was known.",
      resolve: ({ chains }) => chains,
    }),
    receipt: t.field({
      type: CheckReceipt,
      nullable: true,
      description: "This answer, signed; null where the server has no key to sign with.",
      resolve: (answer, _args, { receiptKey, clock }) =>
        receiptKey === undefined ? null : receiptOf(answer, { receiptKey, clock }),
    }),
    knownAt: t.field({
      type: "KnownAt",
      description: "Given as `knownAt` of the same question, has this answer again, whatever was learned since.",
      resolve: ({ chains, moment }) =>
        knownAtOf(
          moment,
          chains.map(({ chain }) => chain),
        ),
    }),
  }),
});
