import { isTooLarge } from "../rpc/errors.ts";
import type { Blocks } from "./fetch.ts";

/** Ranges in flight at once: one being written, the others on their way. */
const AHEAD = 3;
/** What a range should hold: enough to be worth a transaction, little enough to stay flat in memory. */
const TARGET_LOGS = 5_000;
const MAX_BLOCKS = 1_000;

/**
 * How many blocks to ask for at once. Grows where blocks hold few of our logs, shrinks where they hold many or where the
 * node says it was too much.
 */
export class RangeSize {
  #blocks = 50;
  /** No larger than what the node refused before. */
  #ceiling = MAX_BLOCKS;

  get blocks(): number {
    return this.#blocks;
  }

  answered(blocks: number, logs: number): void {
    const fitting = logs === 0 ? blocks * 2 : Math.floor((blocks * TARGET_LOGS) / logs);
    this.#blocks = Math.max(1, Math.min(fitting, blocks * 2, this.#ceiling));
  }

  refused(blocks: number): void {
    this.#ceiling = Math.max(1, Math.floor(blocks / 2));
    this.#blocks = Math.min(this.#blocks, this.#ceiling);
  }
}

/** Reads the blocks `from`…`to` in one go. */
export type ReadRange = (from: bigint, to: bigint, signal: AbortSignal) => Promise<Blocks>;

/** Yields the blocks `from`…`to` in order, the next ranges already on their way while one is being used. */
export async function* backfill(
  read: ReadRange,
  from: bigint,
  to: bigint,
  size: RangeSize,
  signal: AbortSignal,
): AsyncGenerator<Blocks> {
  // Ends the requests still under way when the reader of this generator stops early.
  const abandoned = new AbortController();
  const bound = AbortSignal.any([signal, abandoned.signal]);
  const ahead: Promise<Blocks[]>[] = [];
  let next = from;
  try {
    while (next <= to || ahead.length > 0) {
      while (ahead.length < AHEAD && next <= to) {
        const last = next + BigInt(size.blocks) - 1n;
        const end = last < to ? last : to;
        const reading = readSplitting(read, next, end, size, bound);
        // A failure is met where the range's turn comes; until then it must not count as unhandled.
        reading.catch(() => {});
        ahead.push(reading);
        next = end + 1n;
      }
      yield* (await ahead.shift()) ?? [];
    }
  } finally {
    abandoned.abort();
  }
}

/** One range, halved for as long as the node finds it too large. */
async function readSplitting(
  read: ReadRange,
  from: bigint,
  to: bigint,
  size: RangeSize,
  signal: AbortSignal,
): Promise<Blocks[]> {
  const blocks = Number(to - from) + 1;
  try {
    const blocksRead = await read(from, to, signal);
    size.answered(blocks, blocksRead.logs.length);
    return [blocksRead];
  } catch (error) {
    if (blocks === 1 || !isTooLarge(error)) throw error;
    size.refused(blocks);
    const middle = from + BigInt(Math.floor(blocks / 2));
    const left = await readSplitting(read, from, middle - 1n, size, signal);
    return [...left, ...(await readSplitting(read, middle, to, size, signal))];
  }
}
