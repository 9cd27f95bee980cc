import type { Call } from "./batch.ts";

/** Weight of the newest in a moving average. */
const NEWEST = 0.2;
/** One answer that took for ever must not count for ever. */
const MOST_SLOWER = 20;
const KEPT = 64;
/** Fewer answers do not tell what is usual. */
const ENOUGH = 10;
/** There are few kinds of question; whoever asks for others shares one place. */
const MOST_SHAPES = 64;

/** What kind of question this is: answers of one kind take about as long as each other. */
export function shapeOf(calls: readonly Call[]): string {
  const methods = [...new Set(calls.map(({ method, params }) => (isRange(params[0]) ? `${method} range` : method)))];
  return `${methods.sort().join()} ${Math.floor(Math.log2(Math.max(1, calls.length)))}`;
}

const isRange = (param: unknown): boolean => typeof param === "object" && param !== null && "fromBlock" in param;

/** How long each kind of question takes, whoever answers: what one endpoint's time is compared with. */
export class UsualPace {
  readonly #usual = new Map<string, number>();

  /** Takes an answer's time in. @returns how much slower than usual it was: 1 is as usual. */
  compare(shape: string, ms: number): number {
    const key = this.#usual.has(shape) || this.#usual.size < MOST_SHAPES ? shape : "";
    const usual = this.#usual.get(key) ?? ms;
    this.#usual.set(key, usual + NEWEST * (ms - usual));
    return Math.min(MOST_SLOWER, Math.max(1 / MOST_SLOWER, usual > 0 ? ms / usual : 1));
  }
}

/** How one endpoint has been doing of late. */
export class Pace {
  readonly #usual: UsualPace;
  readonly #times = new Map<string, { recent: number[]; next: number; newest: number }>();
  #slowness = 1;
  #failing = 0;

  constructor(usual: UsualPace) {
    this.#usual = usual;
  }

  /** Lower is better; 1 is an endpoint that is as fast as all together and never fails. */
  get score(): number {
    return this.#slowness * (1 + 9 * this.#failing);
  }

  answered(shape: string, ms: number, now: number): void {
    this.#slowness += NEWEST * (this.#usual.compare(shape, ms) - this.#slowness);
    this.#failing *= 1 - NEWEST;
    const key = this.#times.has(shape) || this.#times.size < MOST_SHAPES ? shape : "";
    const times = this.#times.get(key) ?? { recent: [], next: 0, newest: now };
    times.recent[times.next] = ms;
    times.next = (times.next + 1) % KEPT;
    times.newest = now;
    this.#times.set(key, times);
  }

  /** Another endpoint answered the same question first, after this one had had so long. */
  outrun(shape: string, ms: number): void {
    this.#slowness += NEWEST * (Math.max(1, this.#usual.compare(shape, ms)) - this.#slowness);
  }

  failed(): void {
    this.#failing += NEWEST * (1 - this.#failing);
  }

  /** The time within which 95 of 100 of its answers to such questions come; undefined before there are enough. */
  p95(shape: string): number | undefined {
    const recent = this.#times.get(shape)?.recent;
    if (recent === undefined || recent.length < ENOUGH) return undefined;
    const sorted = recent.toSorted((a, b) => a - b);
    return sorted[Math.floor(0.95 * (sorted.length - 1))];
  }

  /** When it last answered such a question. */
  lastAnswered(shape: string): number | undefined {
    return this.#times.get(shape)?.newest;
  }
}
