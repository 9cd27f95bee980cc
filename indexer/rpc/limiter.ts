import { RetryableError } from "../ops/errors.ts";
import type { Time } from "./time.ts";

export interface LimiterOptions {
  readonly time: Time;
  /** Never more requests at once than these. */
  readonly maxConcurrency: number;
  /** What the operator knows of the plan; otherwise the rate is free until the server refuses. */
  readonly maxCallsPerSecond?: number | undefined;
  /** Who would have to wait longer for a turn is told so instead. */
  readonly maxWaitMs: number;
  readonly onLearned?: () => void;
}

/** The wait for a turn would be too long. */
export class BusyError extends RetryableError {}

/** One request under way. */
export interface Permit {
  readonly since: number;
  readonly calls: number;
}

const FIRST_CONCURRENCY = 8;
const LOWEST_RATE = 0.5;
/** A refusal of fewer calls than these in a second is about something else than our rate. */
const LOWEST_FIRST_RATE = 5;
const RATE_WINDOW_MS = 1_000;
/** A server that refuses without saying for how long is left alone so long, doubled from refusal to refusal. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** And so long at most when it says for how long. */
const LONGEST_ASKED_PAUSE_MS = 60_000;
/** Used to the full, a learned rate grows by so much in a second: by calls, or by this part of it if that is more. */
const RATE_STEP = 0.5;
const RATE_GROWTH = 0.05;

interface Turn {
  granted: boolean;
  readonly wake: AbortController;
}

/**
 * How often and how many at once one endpoint may be asked: additive increase, multiplicative decrease, as in TCP
 * (RFC 5681). Halves on a refusal or a timeout, once for all requests that were under way then; grows slowly again.
 * Turns are given in the order of asking, each within a bound.
 */
export class Limiter {
  readonly #options: LimiterOptions;
  readonly #queue: Turn[] = [];
  #concurrency: number;
  #rate: number | undefined;
  #underWay = 0;
  /** When the rate allows the next request. */
  #nextAt = 0;
  #pausedUntil = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #decreasedAt = Number.NEGATIVE_INFINITY;
  /** What was sent in the second before the newest request: what the server says is too much, if it does. */
  #recent: { at: number; calls: number }[] = [];

  constructor(options: LimiterOptions) {
    this.#options = options;
    this.#concurrency = Math.min(FIRST_CONCURRENCY, options.maxConcurrency);
    this.#rate = options.maxCallsPerSecond;
  }

  get concurrency(): number {
    return Math.max(1, Math.floor(this.#concurrency));
  }

  /** Calls per second; undefined while nothing limits them. */
  get rate(): number | undefined {
    return this.#rate;
  }

  /** Whether a request would be sent at once. */
  get spare(): boolean {
    return this.#queue.length === 0 && this.#underWay < this.concurrency && this.delayMs() === 0;
  }

  /** How long it is until a request may be sent, as far as rate and refusals are concerned. */
  delayMs(): number {
    return Math.max(0, Math.max(this.#pausedUntil, this.#nextAt) - this.#options.time.now());
  }

  /**
   * Waits for a turn. It has to be given back with `done`.
   * @throws BusyError when that takes longer than the bound, and at once when it is certain to.
   */
  async acquire(calls: number, signal: AbortSignal): Promise<Permit> {
    signal.throwIfAborted();
    const { time, maxWaitMs } = this.#options;
    const giveUpAt = time.now() + maxWaitMs;
    this.#refuseBeyond(giveUpAt);
    await this.#slot(giveUpAt, signal);
    try {
      await this.#pace(calls, giveUpAt, signal);
    } catch (error) {
      this.#release();
      throw error;
    }
    const now = time.now();
    this.#recent = [...this.#recent.filter(({ at }) => at > now - RATE_WINDOW_MS), { at: now, calls }];
    return { since: now, calls };
  }

  /** The request came to an end. */
  done(permit: Permit, how: "answered" | "failed" | "timeout"): void {
    if (how === "answered") this.#grow(permit);
    if (how === "timeout") this.#shrink(permit);
    this.#release();
  }

  /**
   * The server refused the request for being asked too often. `done` is still to be called.
   * @returns for how long the server is left alone, in milliseconds.
   */
  refused(permit: Permit, retryAfterMs: number | undefined): number {
    const { time } = this.#options;
    const now = time.now();
    // Only what was sent since the last refusal: what came before it was answered for then.
    const sent = this.#recent.filter(({ at }) => at > this.#decreasedAt).reduce((sum, { calls }) => sum + calls, 0);
    if (this.#shrink(permit)) {
      this.#rate = lowered(this.#rate, sent);
      this.#pausedUntil = Math.max(this.#pausedUntil, now + this.#pauseMs * (0.75 + time.random() / 2));
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    }
    if (retryAfterMs !== undefined)
      this.#pausedUntil = Math.max(this.#pausedUntil, now + Math.min(retryAfterMs, LONGEST_ASKED_PAUSE_MS));
    this.#options.onLearned?.();
    return Math.max(0, this.#pausedUntil - now);
  }

  #refuseBeyond(giveUpAt: number): void {
    const delay = this.delayMs();
    if (this.#options.time.now() + delay > giveUpAt)
      throw new BusyError(`it may be asked again in ${Math.ceil(delay)} ms, longer than a call waits`);
  }

  async #slot(giveUpAt: number, signal: AbortSignal): Promise<void> {
    if (this.#queue.length === 0 && this.#underWay < this.concurrency) {
      this.#underWay++;
      return;
    }
    const { time } = this.#options;
    const turn: Turn = { granted: false, wake: new AbortController() };
    this.#queue.push(turn);
    await time.sleep(giveUpAt - time.now(), AbortSignal.any([signal, turn.wake.signal]));
    if (turn.granted) {
      if (!signal.aborted) return;
      this.#release();
    } else this.#queue.splice(this.#queue.indexOf(turn), 1);
    signal.throwIfAborted();
    throw new BusyError("no turn came within the time that a call waits");
  }

  async #pace(calls: number, giveUpAt: number, signal: AbortSignal): Promise<void> {
    const { time } = this.#options;
    this.#refuseBeyond(giveUpAt);
    let at = time.now() + this.delayMs();
    if (this.#rate !== undefined) this.#nextAt = at + (calls * 1000) / this.#rate;
    while (at > time.now()) {
      await time.sleep(at - time.now(), signal);
      signal.throwIfAborted();
      // The server may have asked to be left alone meanwhile.
      at = Math.max(at, this.#pausedUntil);
      if (at > time.now()) this.#refuseBeyond(giveUpAt);
    }
  }

  #release(): void {
    this.#underWay--;
    while (this.#underWay < this.concurrency) {
      const turn = this.#queue.shift();
      if (turn === undefined) return;
      turn.granted = true;
      this.#underWay++;
      turn.wake.abort();
    }
  }

  /** @returns false for a request that was under way at an earlier refusal: those failed for the same reason. */
  #shrink(permit: Permit): boolean {
    if (permit.since <= this.#decreasedAt) return false;
    this.#decreasedAt = this.#options.time.now();
    this.#concurrency = Math.max(1, this.#concurrency / 2);
    this.#options.onLearned?.();
    return true;
  }

  #grow({ since, calls }: Permit): void {
    const { maxConcurrency, maxCallsPerSecond = Number.POSITIVE_INFINITY } = this.#options;
    this.#concurrency = Math.min(maxConcurrency, this.#concurrency + 1 / this.#concurrency);
    if (since > this.#decreasedAt) this.#pauseMs = FIRST_PAUSE_MS;
    if (this.#rate === undefined || this.#rate >= maxCallsPerSecond) return;
    this.#rate = Math.min(maxCallsPerSecond, this.#rate + calls * Math.max(RATE_STEP / this.#rate, RATE_GROWTH));
  }
}

/** The rate after a refusal of so many calls in a second: lower, unless far fewer calls than it allows were refused. */
function lowered(rate: number | undefined, refused: number): number {
  if (rate === undefined) return Math.max(LOWEST_FIRST_RATE, refused / 2);
  return refused < 0.8 * rate ? rate : Math.max(LOWEST_RATE, rate / 2);
}
