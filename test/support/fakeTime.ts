import type { Time } from "../../indexer/rpc/time.ts";

/** Time that stands still until a test moves it. What is real (sockets, promises) goes on meanwhile. */
export class FakeTime implements Time {
  #now = 1_000;
  #timers: { at: number; ring: () => void }[] = [];
  /** What chance says: in the middle, so that jitter has no effect. */
  readonly random = (): number => 0.5;

  readonly now = (): number => this.#now;

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal?.aborted || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const ring = (): void => {
        this.#timers = this.#timers.filter((one) => one !== timer);
        signal?.removeEventListener("abort", ring);
        resolve();
      };
      const timer = { at: this.#now + ms, ring };
      this.#timers.push(timer);
      signal?.addEventListener("abort", ring, { once: true });
    });
  };

  /** When the next sleeper wakes, from now on; undefined when nobody sleeps. */
  get nextIn(): number | undefined {
    const at = Math.min(...this.#timers.map((timer) => timer.at));
    return Number.isFinite(at) ? at - this.#now : undefined;
  }

  /** Moves on, and wakes each sleeper at its time. */
  async advance(ms: number): Promise<void> {
    await turns();
    const until = this.#now + ms;
    while (true) {
      const [next] = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      next.ring();
      await turns();
    }
    this.#now = until;
    await turns();
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function turns(count = 4): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}
