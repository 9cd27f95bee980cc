import type { Address, CredentialRef } from "../grants/bytes.ts";
import type { UnixTime } from "../grants/record.ts";
import type { ChainHealth, ObservedChain } from "../ops/health.ts";
import type { Moment } from "./moment.ts";
import type { CredentialWorth } from "./read/credential.ts";
import type { GrantFacts } from "./read/grant.ts";
import type { IssuerFacts } from "./read/issuer.ts";

/** What a check looks at: the chains asked, and what is to be known of each. */

/** A registry that is indexed, and what it holds about the one thing asked about; undefined when it holds nothing. */
export interface Registry<Facts> {
  readonly contract: Address;
  readonly facts: Facts | undefined;
}

/** What one chain says about a question. */
export interface ChainFindings {
  readonly grants: readonly GrantFacts[];
  /** Of each credential registry of the chain. */
  readonly credentials: readonly Registry<CredentialWorth>[];
  /** Of each entity registry of the chain: the credential's issuer there. */
  readonly issuers: readonly Registry<IssuerFacts>[];
}

/** A chain that is considered, and what is to be known of it. */
export interface ConsideredChain extends ChainFindings {
  /** Which credential is asked about. */
  readonly credential: CredentialRef;
  readonly chain: ObservedChain;
  readonly health: ChainHealth;
  /** The moment that it is looked at. */
  readonly at: UnixTime;
  /** What was asked for and the chain does not meet. */
  readonly unmet: "CHAIN_NOT_FINAL" | "CHAIN_LAGS" | undefined;
  /** Of the answer that this is for. */
  readonly moment: Moment;
  /** True when that moment is later than anything the chain can have told us of. */
  readonly inFuture: boolean;
}

/** What stands in the way of an answer, the most lasting first: the first that applies is reported. */
export const OBSTACLES = [
  ...(["AT_IN_FUTURE", "NO_CHAIN", "CHAIN_QUARANTINED", "CHAIN_BEHIND", "CHAIN_NOT_FINAL", "CHAIN_LAGS"] as const),
  ...(["CHAIN_STALE", "CHAIN_RETIRED"] as const),
];
export type Obstacle = (typeof OBSTACLES)[number];

/** Why nothing can rest on a chain now; undefined when it can. */
export function obstacleOf(on: Pick<ConsideredChain, "health" | "inFuture" | "unmet">): Obstacle | undefined {
  if (on.inFuture) return "AT_IN_FUTURE";
  const obstacle = OBSTACLE_BY_HEALTH[on.health];
  return obstacle === undefined || obstacle === "CHAIN_STALE" ? (on.unmet ?? obstacle) : obstacle;
}

const OBSTACLE_BY_HEALTH: Readonly<Record<ChainHealth, Obstacle | undefined>> = {
  LIVE: undefined,
  BACKFILL: "CHAIN_BEHIND",
  STALE: "CHAIN_STALE",
  QUARANTINED: "CHAIN_QUARANTINED",
  RETIRED: "CHAIN_RETIRED",
};

/**
 * The chains of which something is expected. One that was retired is out of the question, unless it alone is asked about:
 * docs/ARCHITECTURE.md, "Decision".
 */
export function followed(chains: readonly ConsideredChain[]): readonly ConsideredChain[] {
  const others = chains.filter((on) => !isRetired(on));
  return others.length > 0 ? others : chains;
}

export const isRetired = ({ health }: Pick<ConsideredChain, "health">): boolean => health === "RETIRED";

/** The first obstacle of these chains, and the first chain that has it. */
export function firstObstacle(
  chains: readonly ConsideredChain[],
): { readonly reason: Obstacle; readonly on: ConsideredChain } | undefined {
  for (const reason of OBSTACLES) {
    const on = chains.find((one) => obstacleOf(one) === reason);
    if (on !== undefined) return { reason, on };
  }
  return undefined;
}
