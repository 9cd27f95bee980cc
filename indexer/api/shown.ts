import type { Purpose } from "../grants/ids.ts";
import type { GrantState } from "../grants/rule.ts";
import type { Answer } from "./ask.ts";
import type { Outcome } from "./decide.ts";

/** What every form of an answer shows besides its outcome. */

/**
 * State of the grant that decided, NONE where there is none; undefined when INDETERMINATE. Where the standing decided, that of
 * the grant that would have allowed; undefined when no grant is known to.
 */
export function stateOf({ decision, decidedBy, deciding }: Outcome): GrantState | undefined {
  if (decision === "INDETERMINATE") return undefined;
  return deciding?.state ?? (decidedBy === "GRANT" ? "NONE" : undefined);
}

/** Of the grant that decided, or the one asked about. */
export const purposeOf = ({ outcome, purpose }: Pick<Answer, "outcome" | "purpose">): Purpose | undefined =>
  outcome.deciding?.grant.purpose ?? purpose;
