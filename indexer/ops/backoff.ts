/** Waiting between tries: doubles from `first` to `most`, with jitter so that many do not come back at once. */
export class Backoff {
  readonly #first: number;
  readonly #most: number;
  #next: number;

  constructor(firstMs: number, mostMs: number) {
    this.#first = firstMs;
    this.#most = mostMs;
    this.#next = firstMs;
  }

  reset(): void {
    this.#next = this.#first;
  }

  /** How long to wait now, in milliseconds. */
  next(): number {
    const base = this.#next;
    this.#next = Math.min(base * 2, this.#most);
    return base * (0.75 + Math.random() / 2);
  }
}

/** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
