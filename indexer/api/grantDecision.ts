import { endOf } from "../grants/explain.ts";
import type { UnixTime } from "../grants/record.ts";
import { accessEnd, activeEnd, type GrantState, NEVER, nextChange, stateAt } from "../grants/rule.ts";
import { type ConsideredChain, firstObstacle, followed, type Obstacle, obstacleOf } from "./considered.ts";
import type { GrantFacts } from "./read/grant.ts";

/** What the grants alone decide: whether a holder lets the grantee read, and until when. Pure. */

export const READ_USES = ["PURPOSE", "RECORD_KEEPING"] as const;
export type ReadUse = (typeof READ_USES)[number];

export const GRANT_REASONS = [
  "ACTIVE",
  "RETAINED",
  "RECORD_KEEPING_ONLY",
  "NOT_STARTED",
  "EXPIRED",
  "REVOKED",
  "RELEASED",
  "REVOKED_BEFORE_START",
  "PARENT_ENDED",
  "NO_GRANT",
] as const;
export type GrantReason = (typeof GRANT_REASONS)[number];

/** One grant, looked at. */
export interface Candidate {
  readonly grant: GrantFacts;
  readonly on: ConsideredChain;
  readonly state: GrantState;
}

/** `candidates`: all of them, those nearest to allowing the use first. */
export type GrantDecision = { readonly candidates: readonly Candidate[] } & (
  | { readonly decision: "ALLOWED"; readonly allowing: Candidate; readonly until: UnixTime }
  | {
      readonly decision: "DENIED";
      readonly reason: GrantReason;
      readonly closest: Candidate | undefined;
      readonly until: UnixTime;
    }
  | { readonly decision: "INDETERMINATE"; readonly reason: Obstacle; readonly obstacle: ConsideredChain | undefined }
);

/** Until when a grant allows the use, if it does at its moment. */
function allowedUntil({ grant, state }: Candidate, use: ReadUse): UnixTime | undefined {
  if (state === "ACTIVE") return use === "PURPOSE" ? activeEnd(grant.record, grant) : accessEnd(grant.record, grant);
  return state === "RETAINED" && use === "RECORD_KEEPING" ? accessEnd(grant.record, grant) : undefined;
}

export function decideByGrants(use: ReadUse, chains: readonly ConsideredChain[]): GrantDecision {
  const candidates = chains.flatMap((on) =>
    on.grants.map((grant): Candidate => ({ grant, on, state: stateAt(grant.record, on.at, grant) })),
  );
  candidates.sort((a, b) => compareNearness(a, b, use));

  // Only a chain that can answer may allow: what another one holds may have been ended long ago.
  for (const allowing of candidates) {
    const until = allowedUntil(allowing, use);
    if (until !== undefined && obstacleOf(allowing.on) === undefined)
      return { decision: "ALLOWED", allowing, until, candidates };
  }
  if (chains.length === 0) return { decision: "INDETERMINATE", reason: "NO_CHAIN", obstacle: undefined, candidates };
  // A retired chain may not allow, and what it holds may not be denied as if it were known to be over.
  const expected = new Set(followed(chains));
  const obstacle = firstObstacle(
    chains.filter((on) => expected.has(on) || candidates.some((one) => one.on === on && allowedUntil(one, use))),
  );
  if (obstacle !== undefined)
    return { decision: "INDETERMINATE", reason: obstacle.reason, obstacle: obstacle.on, candidates };

  const closest = candidates[0];
  const reason = closest === undefined ? "NO_GRANT" : denialOf(closest);
  return { decision: "DENIED", reason, closest, until: denialEnds(candidates), candidates };
}

const RANK: Record<GrantState, number> = { ACTIVE: 0, RETAINED: 1, PENDING: 2, ENDED: 3, NONE: 4 };

/** Grants that allow first, the longest first; then by how near they are to allowing, the latest event first. */
function compareNearness(a: Candidate, b: Candidate, use: ReadUse): number {
  const [untilA, untilB] = [allowedUntil(a, use) ?? -1n, allowedUntil(b, use) ?? -1n];
  return compare(untilB, untilA) || RANK[a.state] - RANK[b.state] || compare(b.grant.blockTime, a.grant.blockTime);
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** A denial stands until the closest grant changes, or until one that is to start does. */
function denialEnds(candidates: readonly Candidate[]): UnixTime {
  let ends = NEVER;
  for (const [i, { grant, on, state }] of candidates.entries()) {
    if (i > 0 && state !== "PENDING") continue;
    const next = nextChange(grant.record, on.at, grant);
    if (next < ends) ends = next;
  }
  return ends;
}

function denialOf({ grant, state }: Candidate): GrantReason {
  switch (state) {
    case "RETAINED":
      return "RECORD_KEEPING_ONLY";
    case "PENDING":
      return "NOT_STARTED";
    case "ENDED":
      return endOf(grant.record, grant);
    default:
      return "NO_GRANT";
  }
}
