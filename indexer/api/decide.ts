import { endOf } from "../grants/explain.ts";
import type { UnixTime } from "../grants/record.ts";
import { accessEnd, activeEnd, type GrantState, NEVER, nextChange, stateAt } from "../grants/rule.ts";
import type { ChainHealth, ObservedChain } from "../ops/health.ts";
import type { GrantFacts } from "./read/grant.ts";

/** The decision of a check, from what the ledger holds. Pure; docs/ARCHITECTURE.md, "Decision". */

export const READ_USES = ["PURPOSE", "RECORD_KEEPING"] as const;
export type ReadUse = (typeof READ_USES)[number];

export const DECISIONS = ["ALLOWED", "DENIED", "INDETERMINATE"] as const;
export type Decision = (typeof DECISIONS)[number];

const GRANT_REASONS = [
  "ACTIVE",
  "RETAINED",
  "RECORD_KEEPING_ONLY",
  "NOT_STARTED",
  "EXPIRED",
  "REVOKED",
  "RELEASED",
  "REVOKED_BEFORE_START",
  "NO_GRANT",
] as const;
/** What stands in the way of an answer, the most lasting first: the first that applies is reported. */
const OBSTACLES = ["AT_IN_FUTURE", "NO_CHAIN", "CHAIN_QUARANTINED", "CHAIN_BEHIND", "CHAIN_STALE"] as const;
export const CHECK_REASONS = [...GRANT_REASONS, ...OBSTACLES] as const;
export type CheckReason = (typeof CHECK_REASONS)[number];
export type Obstacle = (typeof OBSTACLES)[number];

/** A chain that is considered, and what is to be known of it. */
export interface ConsideredChain {
  readonly chain: ObservedChain;
  readonly health: ChainHealth;
  /** The moment that its grants are looked at. */
  readonly at: UnixTime;
  /** True when that moment is later than anything the chain can have told us of. */
  readonly inFuture: boolean;
  readonly grants: readonly GrantFacts[];
}

/** One grant, looked at. */
export interface Candidate {
  readonly grant: GrantFacts;
  readonly on: ConsideredChain;
  readonly state: GrantState;
}

export interface Outcome {
  readonly decision: Decision;
  readonly reason: CheckReason;
  /** The grant that decided; undefined when none did. */
  readonly deciding: Candidate | undefined;
  /** The chain that made the answer INDETERMINATE. */
  readonly obstacle: ConsideredChain | undefined;
  /** When the answer changes by itself at the latest; undefined never. */
  readonly validUntil: UnixTime | undefined;
  /** The nearest grant of each chain that has one, the deciding one first. */
  readonly nearest: readonly Candidate[];
}

/** Until when a grant allows the use, if it does at its moment. */
function allowedUntil({ grant, state }: Candidate, use: ReadUse): UnixTime | undefined {
  if (state === "ACTIVE") return use === "PURPOSE" ? activeEnd(grant.record) : accessEnd(grant.record);
  return state === "RETAINED" && use === "RECORD_KEEPING" ? accessEnd(grant.record) : undefined;
}

const obstacleOf = (on: ConsideredChain): Obstacle | undefined => {
  if (on.inFuture) return "AT_IN_FUTURE";
  if (on.health === "LIVE") return undefined;
  return on.health === "QUARANTINED" ? "CHAIN_QUARANTINED" : on.health === "STALE" ? "CHAIN_STALE" : "CHAIN_BEHIND";
};

export function decide(use: ReadUse, chains: readonly ConsideredChain[]): Outcome {
  const candidates = chains.flatMap((on) =>
    on.grants.map((grant): Candidate => ({ grant, on, state: stateAt(grant.record, on.at) })),
  );
  candidates.sort((a, b) => compareNearness(a, b, use));
  const nearest = candidates.filter((one, i) => candidates.findIndex((other) => other.on === one.on) === i);

  // Only a chain that can answer may allow: what another one holds may have been ended long ago.
  const allowing = candidates.find((one) => obstacleOf(one.on) === undefined && allowedUntil(one, use) !== undefined);
  if (allowing !== undefined)
    return {
      decision: "ALLOWED",
      reason: allowing.state === "ACTIVE" ? "ACTIVE" : "RETAINED",
      deciding: allowing,
      obstacle: undefined,
      validUntil: finite(allowedUntil(allowing, use)),
      nearest: [allowing, ...nearest.filter((one) => one.on !== allowing.on)],
    };

  const reason =
    chains.length === 0 ? "NO_CHAIN" : OBSTACLES.find((code) => chains.some((on) => obstacleOf(on) === code));
  if (reason !== undefined)
    return {
      decision: "INDETERMINATE",
      reason,
      deciding: undefined,
      obstacle: chains.find((on) => obstacleOf(on) === reason),
      validUntil: undefined,
      nearest,
    };

  const closest = candidates[0];
  return {
    decision: "DENIED",
    reason: closest === undefined ? "NO_GRANT" : denialOf(closest),
    deciding: closest,
    obstacle: undefined,
    validUntil: finite(denialEnds(candidates)),
    nearest,
  };
}

const finite = (t: UnixTime | undefined): UnixTime | undefined => (t === NEVER ? undefined : t);

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
    const next = nextChange(grant.record, on.at);
    if (next < ends) ends = next;
  }
  return ends;
}

function denialOf({ grant: { record }, state }: Candidate): CheckReason {
  switch (state) {
    case "RETAINED":
      return "RECORD_KEEPING_ONLY";
    case "PENDING":
      return "NOT_STARTED";
    case "ENDED":
      return endOf(record);
    default:
      return "NO_GRANT";
  }
}
