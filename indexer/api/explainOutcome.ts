import type { Address } from "../grants/bytes.ts";
import { caip2 } from "../grants/caip.ts";
import { explainGrant, explainNoGrant, isoTime, shortAddress } from "../grants/explain.ts";
import type { Purpose } from "../grants/ids.ts";
import type { ConsideredChain, Outcome, ReadUse } from "./decide.ts";

/** The sentence of an answer: of the grant that decided, or of what stood in the way. */
export function explainOutcome(answer: {
  readonly outcome: Outcome;
  readonly grantee: Address;
  readonly purpose: Purpose | undefined;
  readonly use: ReadUse;
}): string {
  const { outcome, grantee, purpose, use } = answer;
  if (outcome.decision === "INDETERMINATE")
    return `it cannot be said whether ${shortAddress(grantee)} may read this, because ${obstacleWords(outcome, outcome.obstacle)}`;
  if (outcome.deciding === undefined) return explainNoGrant(grantee, purpose);
  const { grant, on } = outcome.deciding;
  return explainGrant({ grantee, purpose: grant.purpose, use, record: grant.record, at: on.at });
}

function obstacleWords({ reason }: Outcome, on: ConsideredChain | undefined): string {
  if (on === undefined) return "no chain is indexed yet";
  const chain = caip2(on.chain.chainId);
  switch (reason) {
    case "AT_IN_FUTURE":
      return `${isoTime(on.at)} is still to come, and a grant may be ended or made until then`;
    case "CHAIN_QUARANTINED":
      return `${chain} contradicted itself and waits for the operator of this index`;
    case "CHAIN_STALE":
      return `the node of ${chain} has not confirmed its newest block for too long`;
    default:
      return `the history of ${chain} is still being read`;
  }
}
