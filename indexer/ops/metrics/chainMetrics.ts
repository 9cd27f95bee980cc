import { Gauge, type Registry } from "prom-client";
import { caip2 } from "../../grants/caip.ts";
import { CHAIN_HEALTH, chainHealth, chainLag, type ObservedChain } from "../health.ts";
import { PHASES } from "../phase.ts";
import type { RunnerReport } from "../runnerReport.ts";
import { named } from "./naming.ts";

/** Names, words and values of what the ledger holds of a chain. `now` is in milliseconds; null leaves it out. */
type Reading<Of> = readonly [
  name: string,
  help: string,
  of: (of: Of, now: number) => bigint | number | null | undefined,
];

const OF_LEDGER: readonly Reading<ObservedChain>[] = [
  ["chain_head_block", "Newest block that a node has shown", (chain) => chain.headNumber],
  ["chain_indexed_block", "Newest block whose events are all in", (chain) => chain.indexedNumber],
  ["chain_safe_block", "Newest indexed block that is safe", (chain) => chain.safeNumber],
  ["chain_finalized_block", "Newest indexed block that is finalized", (chain) => chain.finalizedNumber],
  ["chain_lag_blocks", "Blocks that a node has shown and that are not indexed yet", (chain) => chainLag(chain)],
  ["chain_lag_seconds", "Time from the newest indexed block to the newest shown one", lagSeconds],
  [
    "chain_head_age_seconds",
    "Age of the newest block that a node has shown",
    ({ headTime }, now) => age(headTime, now),
  ],
  [
    "chain_unconfirmed_seconds",
    "Time since a node last confirmed the head",
    ({ checkedAt }, now) => (checkedAt === null ? null : Math.max(0, (now - checkedAt) / 1000)),
  ],
  ["chain_known_events", "Events learned, retracted ones included", (chain) => chain.lastSeq],
];

const OF_BACKFILL: readonly Reading<RunnerReport>[] = [
  ["backfill_done_blocks", "Blocks of the history that are in", ({ progress }) => progress?.done],
  ["backfill_target_blocks", "Blocks of the history, up to the head", ({ progress }) => progress?.total],
  [
    "backfill_rate_blocks_per_second",
    "Blocks read per second in the last minute",
    ({ progress }) => progress?.perSecond,
  ],
  ["backfill_left_seconds", "Time until the history is in, at that rate", ({ progress }) => progress?.secondsLeft],
];

function lagSeconds({ headTime, indexedTime }: ObservedChain): bigint | null {
  if (headTime === null || indexedTime === null) return null;
  return headTime > indexedTime ? headTime - indexedTime : 0n;
}

const age = (time: bigint | null, now: number): number | null =>
  time === null ? null : Math.max(0, now / 1000 - Number(time));

/** What the ledger holds of each chain and what this process does about it, read at every scrape. */
export class ChainMetrics {
  readonly #status;
  readonly #info;
  readonly #phase;
  readonly #ledger;
  readonly #backfill;
  readonly #maxStalenessSeconds: number;

  constructor(registry: Registry, maxStalenessSeconds: number) {
    this.#maxStalenessSeconds = maxStalenessSeconds;
    const of = named(registry);
    const gauges = <Of>(readings: readonly Reading<Of>[]) =>
      readings.map(([name, help, value]) => ({ gauge: new Gauge(of(name, help, "chain")), value }));
    this.#status = new Gauge(of("chain_status", "1 for the chain's status, 0 for the others", "chain", "status"));
    this.#info = new Gauge(of("chain_info", "Always 1: the chain's name", "chain", "name"));
    this.#phase = new Gauge(
      of("chain_phase", "1 for what this process does about the chain, 0 for all else", "chain", "phase"),
    );
    this.#ledger = gauges(OF_LEDGER);
    this.#backfill = gauges(OF_BACKFILL);
  }

  /**
   * What is not known is left out, never shown as 0.
   * @param chains undefined when the database does not answer.
   */
  refresh(chains: readonly ObservedChain[] | undefined, runners: readonly RunnerReport[], now: number): void {
    for (const { gauge } of [...this.#ledger, ...this.#backfill]) gauge.reset();
    for (const gauge of [this.#status, this.#info, this.#phase]) gauge.reset();
    for (const row of chains ?? []) {
      const chain = caip2(row.chainId);
      const health = chainHealth(row, now, this.#maxStalenessSeconds);
      this.#info.set({ chain, name: row.name }, 1);
      for (const status of CHAIN_HEALTH) this.#status.set({ chain, status }, status === health ? 1 : 0);
      for (const { gauge, value } of this.#ledger) set(gauge, chain, value(row, now));
    }
    for (const runner of runners) {
      const chain = caip2(runner.chainId);
      for (const phase of PHASES) this.#phase.set({ chain, phase }, phase === runner.phase ? 1 : 0);
      for (const { gauge, value } of this.#backfill) set(gauge, chain, value(runner, now));
    }
  }
}

function set(gauge: Gauge<"chain">, chain: string, value: bigint | number | null | undefined): void {
  if (value !== null && value !== undefined) gauge.set({ chain }, Number(value));
}
