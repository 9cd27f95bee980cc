import type { Address } from "../../grants/bytes.ts";
import { PURPOSES } from "../../grants/codes.ts";
import type { Purpose } from "../../grants/ids.ts";
import { builder } from "../builder.ts";
import type { ConsideredChain, Outcome, ReadUse } from "../decide.ts";
import { explainOutcome } from "../explainOutcome.ts";
import { ChainEvaluation } from "./chainEvaluation.ts";
import { CheckReason } from "./checkReason.ts";
import { Decision } from "./decision.ts";
import { Grant } from "./grant.ts";
import { GrantState } from "./grantState.ts";

/** An outcome and the question it answers. */
export interface Answer {
  readonly outcome: Outcome;
  readonly chains: readonly ConsideredChain[];
  readonly grantee: Address;
  readonly purpose: Purpose | undefined;
  readonly use: ReadUse;
}

const purposeOf = ({ outcome, purpose }: Answer): Purpose | null => outcome.deciding?.grant.purpose ?? purpose ?? null;

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
      description: "State of the grant that decided, NONE where there is none; null when INDETERMINATE.",
      resolve: ({ outcome }) => (outcome.decision === "INDETERMINATE" ? null : (outcome.deciding?.state ?? "NONE")),
    }),
    reason: t.field({
      type: CheckReason,
      description: "Why, as a stable code.",
      resolve: ({ outcome }) => outcome.reason,
    }),
    explanation: t.string({
      description: "Why, in a sentence for people. Programs decide by `reason`.",
      resolve: explainOutcome,
    }),
    purpose: t.int({
      nullable: true,
      description:
        "Purpose of the grant that decided, or the one asked about; null when any was asked about and none decided.",
      resolve: purposeOf,
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
      resolve: ({ outcome }) => outcome.nearest.map(({ grant, on }) => ({ grant, chain: on.chain, at: on.at })),
    }),
    evaluatedAt: t.field({
      type: [ChainEvaluation],
      description: "The chains asked, and up to where each was known.",
      resolve: ({ chains }) => chains,
    }),
  }),
});
