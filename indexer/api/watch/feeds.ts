import type pino from "pino";
import { Backoff, sleep } from "../../ops/backoff.ts";
import type { Clock } from "../../ops/clock.ts";
import { explain } from "../../ops/errors.ts";
import { Waker } from "../../ops/waker.ts";
import type { Database } from "../database.ts";
import { tooManyWatchers } from "../errors.ts";
import { type Horizon, readHorizons } from "../read/horizon.ts";
import { listenForFeed } from "./listen.ts";
import { Turnstile } from "./turnstile.ts";

/** Notifications only hurry: so often the ledger is asked without one. */
const POLL_MS = 1_000;
const LAST_RETRY_MS = 10_000;
/** Each watcher asks the ledger itself for what is new to it. */
const MAX_WATCHERS = 200;
/** Of the connections of the API's pool: many who catch up at once must not keep a check waiting. */
const READS_AT_ONCE = 3;

export interface FeedsOptions {
  readonly databaseUrl: string;
  readonly database: Database;
  readonly clock: Clock;
  readonly log: pino.Logger;
  readonly maxWatchers?: number | undefined;
}

/**
 * How far the feeds of all chains go, asked once for everybody who watches, while anybody does. What is between two answers
 * each watcher reads for itself: nothing here can lose anything.
 */
export class Feeds {
  readonly #options: FeedsOptions;
  readonly reads = new Turnstile(READS_AT_ONCE);
  readonly #stop = new AbortController();
  #watchers = 0;
  #horizons: readonly Horizon[] = [];
  #looking: Promise<void> = Promise.resolve();
  readonly #waker = new Waker();
  readonly #listeners = new Set<() => void>();

  constructor(options: FeedsOptions) {
    this.#options = options;
  }

  /**
   * Counts a watcher in. Its signal aborts when it is to end.
   * @throws GraphQLError TOO_MANY_WATCHERS
   */
  enter(): { readonly signal: AbortSignal; leave(): void } {
    if (this.#watchers >= (this.#options.maxWatchers ?? MAX_WATCHERS)) throw tooManyWatchers();
    this.#watchers += 1;
    if (this.#watchers === 1) this.#looking = this.#looking.then(() => this.#look());
    let here = true;
    return {
      signal: this.#stop.signal,
      leave: () => {
        if (here) this.#watchers -= 1;
        here = false;
        if (this.#watchers === 0) this.#waker.wake();
      },
    };
  }

  /** That of a request stands still. */
  get clock(): Clock {
    return this.#options.clock;
  }

  get watchers(): number {
    return this.#watchers;
  }

  /** As last heard. */
  get horizons(): readonly Horizon[] {
    return this.#horizons;
  }

  /** Calls `listener` when something new is heard. @returns what ends that. */
  whenTold(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends every watcher. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#waker.wake();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { databaseUrl, database, log } = this.#options;
    const { signal } = this.#stop;
    const backoff = new Backoff(POLL_MS, LAST_RETRY_MS);
    const listener = listenForFeed(databaseUrl, () => this.#waker.wake(), log);
    while (this.#watchers > 0 && !signal.aborted) {
      // Asked for before looking: what is told while we look wakes us afterwards.
      const woken = this.#waker.wait(POLL_MS);
      try {
        this.#hear(await readHorizons(database));
        backoff.reset();
      } catch (error) {
        log.debug({ problem: explain(error) }, "what is new cannot be asked");
        await sleep(backoff.next(), signal);
      }
      if (this.#watchers > 0 && !signal.aborted) await woken;
    }
    this.#waker.wake();
    await listener.stop();
  }

  #hear(horizons: readonly Horizon[]): void {
    const news = (horizon: Horizon): string => `${horizon.chainId} ${horizon.changedAt}`;
    const before = new Set(this.#horizons.map(news));
    const isNews = horizons.length !== before.size || horizons.some((horizon) => !before.has(news(horizon)));
    this.#horizons = horizons;
    if (!isNews) return;
    for (const listener of [...this.#listeners]) listener();
  }
}
