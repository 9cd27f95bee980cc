import type { HeadHint } from "./heads.ts";
import type { RpcObserver } from "./observer.ts";
import type { Time } from "./time.ts";

/** So many looks may be had at once because of hints, and one more each REFILL_MS: a flood costs no more than that. */
const BURST = 10;
const REFILL_MS = 20;
/** A node may push a block before it can be asked for it: after a look in vain there is another, a little later each time. */
const AGAIN_MS = [5, 20, 50] as const;

/**
 * Turns pushed heads into reasons to look at the chain now. Waiting ends after its time at the latest, so that a silent
 * subscription costs nothing but latency.
 */
export class Hints {
  readonly #observer: RpcObserver;
  readonly #time: Time;
  #pending: { readonly hint: HeadHint; looks: number } | undefined;
  /** Hash of the newest block that was looked at. */
  #seen: string | undefined;
  #allowance = BURST;
  #refilledAt: number;
  #wake: () => void = () => {};

  constructor(observer: RpcObserver, time: Time) {
    this.#observer = observer;
    this.#time = time;
    this.#refilledAt = time.now();
  }

  /** A head was pushed. */
  take(hint: HeadHint): void {
    const known = hint.hash === this.#seen || hint.hash === this.#pending?.hint.hash;
    const outcome = known ? "known" : this.#allowed() ? "woke" : "too-often";
    this.#observer.hint({ endpoint: hint.endpoint, outcome });
    if (outcome !== "woke") return;
    this.#pending = { hint, looks: 0 };
    this.#wake();
  }

  /** The pushed head that was not found yet. */
  get pending(): HeadHint | undefined {
    return this.#pending?.hint;
  }

  /** The chain was looked at, and this was its head. */
  looked(number: bigint, hash: string): void {
    this.#seen = hash;
    const pending = this.#pending;
    if (pending === undefined) return;
    pending.looks++;
    if (number >= pending.hint.number || pending.looks > AGAIN_MS.length) this.#pending = undefined;
  }

  /** Resolves when it is time to look again: after `ms`, or as soon as a head is pushed. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    const looks = this.#pending?.looks;
    const bound = looks === undefined ? ms : Math.min(ms, AGAIN_MS[looks - 1] ?? 0);
    if (signal.aborted || bound === 0) return;
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await this.#time.sleep(bound, AbortSignal.any([signal, woken.signal]));
    this.#wake = () => {};
  }

  #allowed(): boolean {
    const refill = Math.floor((this.#time.now() - this.#refilledAt) / REFILL_MS);
    this.#refilledAt += refill * REFILL_MS;
    this.#allowance = Math.min(BURST, this.#allowance + refill);
    if (this.#allowance === 0) return false;
    this.#allowance--;
    return true;
  }
}
