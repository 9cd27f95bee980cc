import type { Verification } from "../config/reading.ts";
import type { UnixTime } from "../grants/record.ts";

/** How far a chain can be relied on now. Everything that answers or reports uses this one judgement. */

/**
 * `LIVE` alone is healthy: caught up, and its node confirmed so a moment ago. `RETIRED` is no fault: nothing is expected of
 * such a chain any more.
 */
export const CHAIN_HEALTH = ["LIVE", "BACKFILL", "STALE", "QUARANTINED", "RETIRED"] as const;
export type ChainHealth = (typeof CHAIN_HEALTH)[number];

/** What the ledger's row of a chain says. */
export interface ObservedChain {
  readonly chainId: bigint;
  readonly name: string;
  readonly status: "BACKFILL" | "LIVE" | "QUARANTINED" | "RETIRED";
  /** The least that any part of its history was checked. */
  readonly verification: Verification;
  readonly quarantine: string | null;
  readonly headNumber: bigint | null;
  readonly headTime: UnixTime | null;
  readonly indexedNumber: bigint | null;
  readonly indexedHash: Uint8Array | null;
  readonly indexedTime: UnixTime | null;
  readonly safeNumber: bigint | null;
  readonly finalizedNumber: bigint | null;
  /** Milliseconds since the unix epoch: when the node last answered with a head that agreed with ours. */
  readonly checkedAt: number | null;
  readonly lastSeq: bigint;
  /** Microseconds since the unix epoch: of the newest write. */
  readonly knownAt: bigint;
}

/** @param now milliseconds since the unix epoch. */
export function chainHealth(
  chain: Pick<ObservedChain, "status" | "checkedAt" | "indexedNumber">,
  now: number,
  maxStalenessSeconds: number,
): ChainHealth {
  if (chain.status !== "LIVE") return chain.status;
  if (chain.indexedNumber === null || chain.checkedAt === null) return "BACKFILL";
  return now - chain.checkedAt > maxStalenessSeconds * 1000 ? "STALE" : "LIVE";
}

/** Blocks the ledger is behind the newest block its node has shown; null before both are known. */
export function chainLag(chain: Pick<ObservedChain, "headNumber" | "indexedNumber">): bigint | null {
  if (chain.headNumber === null || chain.indexedNumber === null) return null;
  return chain.headNumber > chain.indexedNumber ? chain.headNumber - chain.indexedNumber : 0n;
}

/** Why a chain does not answer, in words for an operator; undefined when it does. */
function whyNotHealthy(chain: ObservedChain, now: number, maxStalenessSeconds: number): string | undefined {
  switch (chainHealth(chain, now, maxStalenessSeconds)) {
    case "LIVE":
    case "RETIRED":
      return undefined;
    case "QUARANTINED":
      return `quarantined: ${chain.quarantine ?? "no reason was recorded"}`;
    case "STALE":
      return `its node has not confirmed the head for ${secondsSince(chain, now)} s, more than ${maxStalenessSeconds} s`;
    default: {
      const lag = chainLag(chain);
      return lag === null ? "its history is still to be read" : `its history is still being read: ${lag} blocks to go`;
    }
  }
}

const secondsSince = (chain: ObservedChain, now: number): number =>
  chain.checkedAt === null ? 0 : Math.floor((now - chain.checkedAt) / 1000);

/** One chain as `/status` shows it. Numbers are exact: they stay below 2^53 on every chain that exists. */
export function chainReport(chain: ObservedChain, now: number, maxStalenessSeconds: number) {
  const number = (value: bigint | null): number | null => (value === null ? null : Number(value));
  return {
    chain: `eip155:${chain.chainId}`,
    name: chain.name,
    status: chainHealth(chain, now, maxStalenessSeconds),
    verification: chain.verification,
    why: whyNotHealthy(chain, now, maxStalenessSeconds) ?? null,
    head: number(chain.headNumber),
    indexed: number(chain.indexedNumber),
    lag: number(chainLag(chain)),
    safe: number(chain.safeNumber),
    finalized: number(chain.finalizedNumber),
    checkedAt: chain.checkedAt === null ? null : new Date(chain.checkedAt).toISOString(),
    events: number(chain.lastSeq),
  };
}

/** Whether answers can be relied on for every chain, and if not, why: one sentence per reason. */
export function readiness(
  chains: readonly ObservedChain[],
  now: number,
  maxStalenessSeconds: number,
): { ready: boolean; why: string[] } {
  if (chains.length === 0) return { ready: false, why: ["no chain is indexed yet"] };
  const why = chains.flatMap((chain) => {
    const reason = whyNotHealthy(chain, now, maxStalenessSeconds);
    return reason === undefined ? [] : [`eip155:${chain.chainId} (${chain.name}): ${reason}`];
  });
  return { ready: why.length === 0, why };
}
