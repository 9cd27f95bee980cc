import { toHex } from "../../grants/bytes.ts";
import { caip2 } from "../../grants/caip.ts";
import type { Answer } from "../ask.ts";
import type { ConsideredChain } from "../considered.ts";
import type { CheckReason } from "../decide.ts";
import { explainOutcome } from "../explainOutcome.ts";
import { encodeKnownAt } from "../knownAt.ts";
import { knownAtOf } from "../moment.ts";
import { finalityOf } from "../read/chain.ts";
import { exactNumber } from "../scalars/exact.ts";
import { purposeOf, stateOf } from "../shown.ts";
import type { Asked } from "./question.ts";
import type { EvaluationResponse } from "./schemas.ts";

/** An answer as AuthZEN has it. Pure. `decision` is true where reading is allowed, and for nothing else. */

/** What passes by itself, and about how many seconds it takes: a head that is polled, a node that is asked again. */
const RETRY_AFTER: Partial<Record<CheckReason, number>> = {
  CHAIN_BEHIND: 5,
  CHAIN_STALE: 5,
  CHAIN_LAGS: 2,
  CHAIN_NOT_FINAL: 10,
};

/** Absent values are left out, as the specification asks, and not null. */
export function toDecision(answer: Answer): EvaluationResponse {
  const { outcome, chains, moment } = answer;
  const { decision, reason, decidedBy, validUntil } = outcome;
  const known = knownAtOf(
    moment,
    chains.map(({ chain }) => chain),
  );
  return {
    decision: decision === "ALLOWED",
    context: {
      outcome: decision,
      state: stateOf(outcome),
      reason,
      decidedBy,
      explanation: explainOutcome(answer),
      purpose: purposeOf(answer),
      validUntil: exactly(validUntil),
      evaluatedAt: chains.map(toEvaluated),
      knownAt: encodeKnownAt(known),
      retryAfter: RETRY_AFTER[reason],
    },
  };
}

function toEvaluated({ chain, health, at }: ConsideredChain) {
  const { indexedNumber, indexedHash, indexedTime } = chain;
  return {
    chain: caip2(chain.chainId),
    status: health,
    verification: chain.verification,
    time: exactNumber(at),
    block: exactly(indexedNumber),
    blockHash: indexedHash === null ? undefined : toHex(indexedHash),
    blockTime: exactly(indexedTime),
    finality: indexedNumber === null ? undefined : finalityOf(chain, indexedNumber),
  };
}

const exactly = (value: bigint | null | undefined): number | string | undefined =>
  value == null ? undefined : exactNumber(value);

const KNOWN = {
  UNKNOWN_SUBJECT_TYPE: ["subject.type", '"institution"'],
  UNKNOWN_ACTION: ["action.name", '"read" or "read_records"'],
  UNKNOWN_RESOURCE_TYPE: ["resource.type", '"credential"'],
} as const;

/** Whoever, whatever and what for it may be: nobody is permitted what is not known here. */
export function toClosed({ unknown, given }: Extract<Asked, { unknown: unknown }>): EvaluationResponse {
  const [where, expected] = KNOWN[unknown];
  return {
    decision: false,
    context: {
      outcome: "DENIED",
      reason: unknown,
      explanation: `${where} is ${given}, and only ${expected} is known here`,
    },
  };
}
