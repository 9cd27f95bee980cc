import { collectEarly } from "../ops/earlyCollection.ts";
import { isTooLarge } from "../rpc/errors.ts";
import type { Blocks } from "./fetch.ts";

/** Ranges on their way at once: few where the node is near, more where its answers are waited for. */
const LEAST_AHEAD = 3;
const MOST_AHEAD = 8;
/** Answers that wait for their turn are held as bytes, at about half a kilobyte a log, after a kilobyte of JSON. */
const LOGS_AHEAD = 8_000;
/** What a range should hold: enough to be worth a transaction, little enough to stay flat in memory. */
const TARGET_LOGS = 2_500;
const MAX_BLOCKS = 1_000;
/** After so many answers as large as the node gives a larger range is tried, and each time after twice as many. */
const LEAST_PATIENCE = 8;
const MOST_PATIENCE = 1_024;

/**
 * How many blocks to ask for at once. Grows where blocks hold few of our logs, shrinks where they hold many or where the
 * node says it was too much.
 */
export class RangeSize {
  #blocks: number;
  readonly #targetLogs: number;
  /** No larger than what the node refused before; tried again after a while, since an endpoint that lags refuses what it will give. */
  #ceiling: number;
  readonly #maxBlocks: number;
  /** Answers of that size since, and how many of them it takes to try more. */
  #good = 0;
  #patience = LEAST_PATIENCE;
  /** Of the newest answer; undefined before the first. */
  #logsPerBlock: number | undefined;

  constructor({ blocks = 40, targetLogs = TARGET_LOGS, maxBlocks = MAX_BLOCKS } = {}) {
    this.#blocks = blocks;
    this.#targetLogs = targetLogs;
    this.#ceiling = maxBlocks;
    this.#maxBlocks = maxBlocks;
  }

  get blocks(): number {
    return this.#blocks;
  }

  /** How many ranges of this size may be on their way: one, until an answer has told how much they hold. */
  get bound(): number {
    if (this.#logsPerBlock === undefined) return 1;
    const logs = this.#blocks * this.#logsPerBlock;
    return Math.max(1, Math.min(MOST_AHEAD, Math.floor(LOGS_AHEAD / Math.max(1, logs))));
  }

  answered(blocks: number, logs: number): void {
    this.#logsPerBlock = logs / blocks;
    if (blocks >= this.#ceiling && this.#ceiling < this.#maxBlocks && ++this.#good >= this.#patience) {
      this.#ceiling = Math.min(this.#ceiling * 2, this.#maxBlocks);
      this.#patience = Math.min(this.#patience * 2, MOST_PATIENCE);
      this.#good = 0;
    }
    const fitting = logs === 0 ? blocks * 2 : Math.floor((blocks * this.#targetLogs) / logs);
    this.#blocks = Math.max(1, Math.min(fitting, blocks * 2, this.#ceiling));
  }

  refused(blocks: number): void {
    this.#ceiling = Math.max(1, Math.floor(blocks / 2));
    this.#good = 0;
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
  const ahead: Reading[] = [];
  let width = LEAST_AHEAD;
  let next = from;
  const collectedEarly = collectEarly();
  try {
    while (next <= to || ahead.length > 0) {
      while (ahead.length < Math.min(width, size.bound) && next <= to) {
        const last = next + BigInt(size.blocks) - 1n;
        const end = last < to ? last : to;
        ahead.push(begin(readSplitting(read, next, end, size, bound)));
        next = end + 1n;
      }
      const first = ahead.shift();
      if (first === undefined) continue;
      // Whoever uses the blocks is faster than one answer after the other.
      if (!first.arrived) width = Math.min(width + 1, MOST_AHEAD);
      yield* await first.blocks;
    }
  } finally {
    collectedEarly();
    abandoned.abort();
  }
}

interface Reading {
  readonly blocks: Promise<Blocks[]>;
  arrived: boolean;
}

function begin(blocks: Promise<Blocks[]>): Reading {
  const reading: Reading = { blocks, arrived: false };
  // A failure is met where the range's turn comes; until then it must not count as unhandled.
  blocks.then(
    () => {
      reading.arrived = true;
    },
    () => {},
  );
  return reading;
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
