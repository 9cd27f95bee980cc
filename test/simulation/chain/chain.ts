import type { Random } from "../../support/random.ts";
import { type Act, anyAct, FOUNDING } from "../model/acts.ts";
import { nothing } from "../model/ledgerState.ts";
import { type SealedBlock, seal } from "./block.ts";

/** A chain as its makers know it: every block there ever was, which of them are canonical, and how final they are. */
export class FakeChain {
  readonly chainId: bigint;
  readonly startBlock: number;
  readonly #random: Random;
  readonly #byHash = new Map<string, SealedBlock>();
  /** Canonical blocks by their number. */
  #canonical: SealedBlock[] = [];
  readonly #dropped = new Set<string>();
  /** Tips of branches that were left. */
  readonly #left: SealedBlock[] = [];
  safe = 0;
  finalized = 0;
  /** Told of every block that becomes the head. */
  onHead: (head: SealedBlock) => void = () => {};

  constructor(chainId: bigint, startBlock: number, random: Random) {
    this.chainId = chainId;
    this.startBlock = startBlock;
    this.#random = random;
  }

  get canonical(): readonly SealedBlock[] {
    return this.#canonical;
  }

  get head(): SealedBlock {
    const head = this.#canonical.at(-1);
    if (head === undefined) throw new Error("the chain has no block yet");
    return head;
  }

  get left(): readonly SealedBlock[] {
    return this.#left;
  }

  block(hash: string): SealedBlock | undefined {
    return this.#byHash.get(hash);
  }

  isCanonical(block: SealedBlock): boolean {
    return this.#canonical[block.number]?.hash === block.hash;
  }

  /** Adds a block. Blocks may share a second. */
  async mine(acts: readonly Act[], seconds = this.#random.chance(0.1) ? 0 : 1 + this.#random.int(30)): Promise<void> {
    const block = await this.#sealOn(this.#canonical.at(-1), acts, seconds);
    this.#canonical = [...this.#canonical, block];
    this.onHead(block);
  }

  /** Genesis, the empty blocks before the contracts are there, and the block that founds everything. */
  async begin(time: bigint): Promise<void> {
    const genesis = await seal({
      ...{ chainId: this.chainId, parent: undefined, time, acts: [], contracts: nothing(), random: this.#random },
    });
    this.#byHash.set(genesis.hash, genesis);
    this.#canonical = [genesis];
    while (this.head.number < this.startBlock - 1) await this.mine([], 12);
    await this.mine(FOUNDING, 12);
  }

  /** Some acts, or none. */
  acts(busy: number, most = 5): Act[] {
    if (!this.#random.chance(busy)) return [];
    return Array.from({ length: 1 + this.#random.int(most) }, () => anyAct(this.#random));
  }

  /**
   * Leaves the newest `depth` blocks for `length` others.
   * @param acts of each new block.
   */
  async fork(depth: number, length: number, acts: (i: number) => readonly Act[]): Promise<void> {
    const from = this.head.number - depth;
    if (from < this.startBlock || length < 1) throw new RangeError(`no fork of ${depth} for ${length} blocks`);
    const branch = this.#canonical.slice(0, from + 1);
    for (let i = 0; i < length; i++) {
      const block = await this.#sealOn(branch.at(-1), acts(i), 1 + this.#random.int(20));
      branch.push(block);
    }
    this.#leave(branch);
  }

  /** Goes back to a branch that was left, with its very blocks. */
  return(tip: SealedBlock): void {
    const path: SealedBlock[] = [];
    for (let at: SealedBlock | undefined = tip; at !== undefined; at = this.#byHash.get(at.parentHash)) path.push(at);
    this.#leave(path.reverse());
  }

  /** Where a branch parts from the canonical chain. */
  forkPoint(tip: SealedBlock): number {
    let at: SealedBlock | undefined = tip;
    while (at !== undefined && !this.isCanonical(at)) at = this.#byHash.get(at.parentHash);
    return at?.number ?? -1;
  }

  /** Finality goes on, and never back. */
  finalize(finalized: number, safe: number): void {
    this.finalized = Math.max(this.finalized, Math.min(finalized, this.head.number));
    this.safe = Math.max(this.finalized, this.safe, Math.min(safe, this.head.number));
  }

  /** Whether a block was ever left for another one, be it canonical again. */
  wasDropped({ hash }: SealedBlock): boolean {
    return this.#dropped.has(hash);
  }

  /** Takes up another branch. What was called safe goes with the one that is left. */
  #leave(branch: SealedBlock[]): void {
    this.#left.push(this.head);
    for (const block of this.#canonical) if (branch[block.number] !== block) this.#dropped.add(block.hash);
    this.#canonical = branch;
    this.safe = Math.max(this.finalized, Math.min(this.safe, this.head.number));
    this.onHead(this.head);
  }

  async #sealOn(parent: SealedBlock | undefined, acts: readonly Act[], seconds: number): Promise<SealedBlock> {
    if (parent === undefined) throw new Error("the chain has not begun");
    const { chainId } = this;
    const time = parent.time + BigInt(seconds);
    const block = await seal({ chainId, parent, time, acts, contracts: parent.contracts, random: this.#random });
    this.#byHash.set(block.hash, block);
    return block;
  }
}
