import type { Time } from "./time.ts";

/** So many failures in a row make an endpoint a dead one. */
const FAILURES = 3;
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 60_000;

/**
 * Whether an endpoint is worth asking. `open`: it failed again and again. `half-open`: it has rested, and one question
 * may find out, beside an endpoint that lives.
 */
export class Breaker {
  readonly #time: Time;
  #failures = 0;
  #restMs = FIRST_REST_MS;
  #openUntil: number | undefined;

  constructor(time: Time) {
    this.#time = time;
  }

  get state(): "closed" | "open" | "half-open" {
    if (this.#openUntil === undefined) return "closed";
    return this.#time.now() < this.#openUntil ? "open" : "half-open";
  }

  /** @returns whether it was not closed before. */
  succeeded(): boolean {
    const reopened = this.#openUntil !== undefined;
    this.#failures = 0;
    this.#restMs = FIRST_REST_MS;
    this.#openUntil = undefined;
    return reopened;
  }

  /** @returns whether it was closed before, and now is not. */
  failed(): boolean {
    const { state } = this;
    this.#failures++;
    // Questions that were under way when it opened say nothing new.
    if (state === "open" || (state === "closed" && this.#failures < FAILURES)) return false;
    this.#openUntil = this.#time.now() + this.#restMs * (0.75 + this.#time.random() / 2);
    this.#restMs = Math.min(this.#restMs * 2, LONGEST_REST_MS);
    return state === "closed";
  }
}
