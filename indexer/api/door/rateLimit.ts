import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

export interface RateLimit {
  readonly requests: number;
  readonly seconds: number;
}

/** Callers that are counted each for himself in one period, 400 bytes each. */
const MAX_CALLERS = 50_000;
/** All that come while there are so many, together: who floods with addresses makes no room for himself. */
const OTHERS = "others";

/** Counts the requests of each caller in periods that begin with his first. The memory it takes is bounded. */
export class RateLimiter {
  readonly #limiter: RateLimiterMemory;
  readonly #periodMs: number;
  readonly #maxCallers: number;
  #callers = 0;

  constructor({ requests, seconds }: RateLimit, maxCallers = MAX_CALLERS) {
    this.#limiter = new RateLimiterMemory({ points: requests, duration: seconds });
    this.#periodMs = seconds * 1_000;
    this.#maxCallers = maxCallers;
  }

  /** Callers that are counted now. */
  get callers(): number {
    return this.#callers;
  }

  /** 0 when it is within the bound, else the seconds after which to ask again. */
  async take(caller: string): Promise<number> {
    try {
      const counted = await this.#limiter.consume(await this.#nameOf(caller));
      if (counted.isFirstInDuration) this.#came();
      return 0;
    } catch (over) {
      if (over instanceof RateLimiterRes) return Math.max(1, Math.ceil(over.msBeforeNext / 1_000));
      throw over;
    }
  }

  async #nameOf(caller: string): Promise<string> {
    if (this.#callers < this.#maxCallers) return caller;
    return (await this.#limiter.get(caller)) === null ? OTHERS : caller;
  }

  /** The limiter forgets a caller with his period, and so do we. */
  #came(): void {
    this.#callers += 1;
    setTimeout(() => {
      this.#callers -= 1;
    }, this.#periodMs).unref();
  }
}
