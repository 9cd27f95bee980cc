import { KnownTraffic } from "../api/knownTraffic.ts";
import { NOW, type TestChain, type World } from "../api/world.ts";
import type { Random } from "../support/random.ts";

/** Blocks of random events with reorgs on one chain of a world, some blocks in the same second, and some without events. */
export class FeedTraffic {
  readonly #chain: TestChain;
  readonly #random: Random;
  readonly #traffic: KnownTraffic;
  /** Times of the blocks, by number. */
  readonly #times: bigint[] = [];
  readonly #world: World;

  constructor(world: World, chain: TestChain, random: Random) {
    this.#world = world;
    this.#chain = chain;
    this.#random = random;
    this.#traffic = new KnownTraffic(random);
  }

  async act(): Promise<void> {
    const { height } = this.#chain;
    if (height > 3n && this.#random.chance(0.2)) return this.#goBack(height);
    return this.#mine();
  }

  /** A block with which the chain is at its head, so that its feed has begun. */
  settle(): Promise<void> {
    return this.#mine(true);
  }

  async #mine(caughtUp = this.#random.chance(0.8)): Promise<void> {
    const random = this.#random;
    const time = (this.#times.at(-1) ?? NOW - 2000n) + BigInt(random.chance(0.3) ? 0 : 1 + random.int(60));
    this.#world.now += 1n;
    this.#times.push(time);
    await this.#chain.mine(time, random.chance(0.3) ? [] : this.#traffic.events(time), {
      caughtUp,
    });
    this.#traffic.mined(this.#chain.height);
  }

  async #goBack(height: bigint): Promise<void> {
    const ancestor = height - BigInt(1 + this.#random.int(3));
    await this.#chain.rollback(ancestor);
    this.#traffic.rollback(ancestor);
    this.#times.length = Number(ancestor);
  }
}
