import { setTimeout as sleep } from "node:timers/promises";
import { startAnvil } from "../../test/support/anvil.ts";
import { createRandom, type Random } from "../../test/support/random.ts";
import { type Act, Traffic } from "../../test/support/traffic.ts";

/** How one chain of a soak lives. */
export interface LoadPlan {
  readonly chainId: number;
  readonly seed: number;
  readonly blockMs: number;
  readonly reorgMs: number;
}

/** A chain on which people act all the time, with reorgs now and then, until it is stopped. */
export class ChainLoad {
  readonly traffic: Traffic;
  readonly #plan: LoadPlan;
  readonly #random: Random;
  readonly #stop = new AbortController();
  /** When each height was last mined, by our clock. */
  readonly #minedAt: number[] = [];
  #head = 0;
  #reorgs = 0;
  #done: Promise<void> = Promise.resolve();

  private constructor(plan: LoadPlan, traffic: Traffic, head: number) {
    this.#plan = plan;
    this.traffic = traffic;
    this.#random = createRandom(plan.seed);
    this.#head = head;
  }

  static async start(plan: LoadPlan): Promise<ChainLoad> {
    const traffic = await Traffic.start(await startAnvil({ chainId: plan.chainId }));
    // Beyond the depth that Anvil calls final, so that every reorg has somewhere to go back to.
    await traffic.empty(DEEPEST + 4);
    const load = new ChainLoad(plan, traffic, await traffic.head());
    load.#done = load.#live();
    return load;
  }

  get head(): number {
    return this.#head;
  }

  get reorgs(): number {
    return this.#reorgs;
  }

  /** Blocks that are not indexed yet, and for how long the oldest of them has been there. */
  lag(indexed: number): { blocks: number; seconds: number } {
    const blocks = Math.max(0, this.#head - indexed);
    const since = this.#minedAt[indexed + 1];
    return { blocks, seconds: blocks === 0 || since === undefined ? 0 : (performance.now() - since) / 1000 };
  }

  /** Nothing more happens on the chain; the node goes on. */
  async rest(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #live(): Promise<void> {
    let reorgAt = performance.now() + this.#plan.reorgMs;
    while (!this.#stop.signal.aborted) {
      await sleep(this.#plan.blockMs, undefined, { signal: this.#stop.signal }).catch(() => {});
      if (this.#stop.signal.aborted) return;
      if (performance.now() < reorgAt) {
        await this.traffic.mine(...this.#acts(this.#random.int(MOST_ACTS + 1)));
        this.#mined(1);
        continue;
      }
      reorgAt += this.#plan.reorgMs;
      const depth = 1 + this.#random.int(DEEPEST);
      const acts = this.#acts(2 * depth).map((act): [Act, number] => [act, this.#random.int(depth)]);
      await this.traffic.reorg(depth, acts);
      this.#reorgs++;
      this.#mined(0, depth);
    }
  }

  #acts(count: number): Act[] {
    return Array.from({ length: count }, () => this.traffic.random(this.#random));
  }

  #mined(more: number, again = 0): void {
    this.#head += more;
    for (let height = this.#head - Math.max(more, again) + 1; height <= this.#head; height++)
      this.#minedAt[height] = performance.now();
  }
}

/** Anvil with epochs of four slots calls final what is eight blocks deep. */
const DEEPEST = 6;
const MOST_ACTS = 4;
