import { sameBytes } from "../grants/bytes.ts";
import { DEFENCES } from "../ops/defences.ts";
import { BugError } from "../ops/errors.ts";
import type { Header } from "../rpc/answers.ts";

export type Link = Pick<Header, "number" | "hash" | "parentHash" | "time">;

/** Whether a block's parent is this one. */
export const linksTo = (child: Pick<Header, "parentHash">, parent: Pick<Header, "hash">): boolean =>
  sameBytes(child.parentHash, parent.hash) || !DEFENCES.links;

/**
 * Our own view of the part of a chain that may still change: hash-linked headers without gaps, from the newest
 * finalized block up to the cursor. Pure; every change keeps "each block's parent is the block before".
 */
export class LinkedWindow {
  #blocks: Link[];

  constructor(blocks: readonly Link[]) {
    this.#blocks = [];
    for (const block of blocks) this.append(block);
  }

  get head(): Link | undefined {
    return this.#blocks.at(-1);
  }

  get oldest(): Link | undefined {
    return this.#blocks[0];
  }

  at(number: bigint): Link | undefined {
    const oldest = this.oldest;
    if (oldest === undefined || number < oldest.number) return undefined;
    return this.#blocks[Number(number - oldest.number)];
  }

  append(block: Link): void {
    const head = this.head;
    if (head !== undefined && (block.number !== head.number + 1n || !linksTo(block, head)))
      throw new BugError(`block ${block.number} does not link to block ${head.number}`);
    // Not the block itself, which may carry much more.
    const { number, hash, parentHash, time } = block;
    this.#blocks.push({ number, hash, parentHash, time });
  }

  /** Goes on from a final block further up. The blocks between them are final and were not linked. */
  leap(block: Link): void {
    const head = this.head;
    if (head !== undefined && block.number <= head.number)
      throw new BugError(`a leap from block ${head.number} to block ${block.number}`);
    this.#blocks = [];
    this.append(block);
  }

  /** Drops everything above a block. */
  truncate(number: bigint): void {
    this.#blocks = this.#blocks.filter((block) => block.number <= number);
  }

  /** Forgets what lies below a block that became final; the head always stays. */
  finalize(number: bigint): void {
    const head = this.head;
    if (head === undefined) return;
    const first = number < head.number ? number : head.number;
    if (this.oldest !== undefined && this.oldest.number < first)
      this.#blocks = this.#blocks.filter((block) => block.number >= first);
  }
}
