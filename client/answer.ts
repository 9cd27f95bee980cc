import { badAnswer } from "./errors.ts";
import type {
  AnswerFragment,
  CheckReason,
  CheckSubject,
  EvaluationFragment,
  GrantState,
  ReadUse,
} from "./generated/types.ts";

/**
 * The answer to a check. Only `allowed: true` allows: an answer that is INDETERMINATE, or that contradicts itself, cannot
 * come out as one.
 */
export type Answer = Allowed | Denied | Indeterminate;

interface Said extends Omit<AnswerFragment, "decision" | "decidedBy" | "reason" | "state" | "validUntil"> {
  /** The chains asked, and up to where each was known. */
  readonly evaluatedAt: readonly EvaluationFragment[];
  /** Given as `knownAt` of the same question, has this answer again. Worth keeping beside what was decided by it. */
  readonly knownAt: string;
}

export interface Allowed extends Said {
  readonly allowed: true;
  readonly decision: "ALLOWED";
  readonly decidedBy: CheckSubject;
  readonly reason: AllowedReason;
  readonly state: GrantState;
  /** Unix seconds: when the answer changes by itself at the latest. An act can change it before. Null: not by itself. */
  readonly validUntil: number | null;
}

export interface Denied extends Said {
  readonly allowed: false;
  readonly decision: "DENIED";
  readonly decidedBy: CheckSubject;
  readonly reason: Exclude<CheckReason, AllowedReason | IndeterminateReason>;
  /** Null where the standing decided and no grant is known to. */
  readonly state: GrantState | null;
  readonly validUntil: number | null;
}

/** Not known: ask again. Nobody may read by it. */
export interface Indeterminate extends Said {
  readonly allowed: false;
  readonly decision: "INDETERMINATE";
  readonly decidedBy: null;
  readonly reason: IndeterminateReason;
  readonly state: null;
  readonly validUntil: null;
}

export type AllowedReason = Extract<CheckReason, "ACTIVE" | "RETAINED">;
export type IndeterminateReason = Extract<CheckReason, `CHAIN_${string}` | "AT_IN_FUTURE" | "NO_CHAIN">;

/** What an answer has to be about. */
export interface Question {
  readonly credential: string;
  readonly grantee: string;
  readonly purpose?: number | null | undefined;
  readonly use?: ReadUse | null | undefined;
}

/** What an ALLOWED says for each use. */
const ALLOWED_REASONS: Readonly<Record<ReadUse, readonly string[]>> = {
  PURPOSE: ["ACTIVE"],
  RECORD_KEEPING: ["ACTIVE", "RETAINED"],
};

/**
 * @param known what the whole answer rests on
 * @throws GrantledgerError BAD_ANSWER when it is no answer to this question
 */
export function toAnswer(
  wire: AnswerFragment,
  question: Question,
  known: Pick<Said, "evaluatedAt" | "knownAt">,
): Answer {
  const { decision } = wire;
  const said = { ...wire, knownAt: known.knownAt, evaluatedAt: known.evaluatedAt };
  for (const { credential, grantee } of wire.grants)
    if (!same(credential, question.credential) || !same(grantee.address, question.grantee))
      throw badAnswer("the answer rests on a grant that was not asked about");
  switch (decision) {
    case "ALLOWED":
      requireAllowed(wire, question);
      return { ...said, allowed: true } as Allowed;
    case "DENIED":
      return { ...said, allowed: false } as Denied;
    case "INDETERMINATE":
      return { ...said, allowed: false } as Indeterminate;
    default:
      throw badAnswer(`unknown decision ${JSON.stringify(decision satisfies never)}`);
  }
}

function requireAllowed({ reason, state, grants, purpose }: AnswerFragment, question: Question): void {
  if (!ALLOWED_REASONS[question.use ?? "PURPOSE"].includes(reason))
    throw badAnswer(`ALLOWED for a reason that does not allow it: ${reason}`);
  if (state !== reason) throw badAnswer(`ALLOWED because ${reason}, with a grant that is ${state}`);
  if (question.purpose != null && purpose !== question.purpose)
    throw badAnswer(`ALLOWED for purpose ${purpose}, asked for ${question.purpose}`);
  if (grants[0]?.state !== reason) throw badAnswer("ALLOWED without a grant that allows it");
}

/** Hex in either case. */
const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
