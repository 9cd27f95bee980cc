import { Gauge, type Registry } from "prom-client";
import { caip2 } from "../../grants/caip.ts";
import type { ObservedChain } from "../health.ts";
import { named } from "./naming.ts";

/** How it stands with those who are told by POST. */
export interface WebhookCounts {
  /** That took their last message, or had none yet. */
  readonly active: number;
  /** Whose next message was sent in vain at least once. */
  readonly failing: number;
  readonly ended: number;
  readonly deadLetters: number;
  /** Since when the one that waits longest for its turn could have had it. */
  readonly overdueSeconds: number;
}

/** What is told and recorded behind the answers: whether it keeps up. */
export class ToldMetrics {
  readonly #behind;
  readonly #webhooks;
  readonly #deadLetters;
  readonly #overdue;
  readonly #waiting;

  constructor(registry: Registry) {
    const of = named(registry);
    this.#behind = new Gauge(of("chain_feed_behind_events", "Events learned that watchers are not told yet", "chain"));
    this.#webhooks = new Gauge(of("webhooks", "Webhooks, by how their last message went", "state"));
    this.#deadLetters = new Gauge(of("webhook_dead_letters", "Messages that were given up and are kept"));
    this.#overdue = new Gauge(of("webhook_overdue_seconds", "How long the webhook that waits longest is due"));
    this.#waiting = new Gauge(of("query_log_waiting", "Questions that wait to be recorded before they are answered"));
  }

  /** What is not known is left out. */
  refresh(
    chains: readonly ObservedChain[] | undefined,
    feeds: ReadonlyMap<bigint, bigint> | undefined,
    webhooks: WebhookCounts | undefined,
    questionsWaiting: number | undefined,
  ): void {
    const single = [this.#deadLetters, this.#overdue, this.#waiting];
    for (const gauge of [this.#behind, this.#webhooks]) gauge.reset();
    // A gauge without labels is 0 after a reset, and missing when it is removed.
    for (const gauge of single) gauge.remove();
    for (const { chainId, lastSeq } of chains ?? []) {
      const told = feeds?.get(chainId);
      if (told !== undefined) this.#behind.set({ chain: caip2(chainId) }, Math.max(0, Number(lastSeq - told)));
    }
    if (webhooks !== undefined) {
      for (const state of ["active", "failing", "ended"] as const) this.#webhooks.set({ state }, webhooks[state]);
      this.#deadLetters.set(webhooks.deadLetters);
      this.#overdue.set(webhooks.overdueSeconds);
    }
    if (questionsWaiting !== undefined) this.#waiting.set(questionsWaiting);
  }
}
