import { RetryableError } from "../../ops/errors.ts";
import type { Database } from "../database.ts";
import { type Pair, readCheck } from "./check.ts";
import type { ChainAnswer } from "./findings.ts";
import { readMany } from "./many.ts";

/**
 * Checks about the present that come while others are being read go together, in one statement and so in one snapshot:
 * a statement costs far more than a pair in it. Nothing is held back and nothing kept: whoever asks while there is room is
 * read at the end of this turn of the event loop, and always by a statement that began after he asked.
 */

/** Statements at once: enough that the database works while we decide, few enough that there is something to gather. */
const STATEMENTS = 3;
/** A statement's pairs: what takes a few milliseconds, so that nobody waits for a multitude. */
const MOST_PAIRS = 64;
/** As long as a connection is waited for when there is none free. */
const WAIT_MS = 3_000;

interface Waiting {
  readonly pair: Pair;
  readonly answer: (found: ChainAnswer[]) => void;
  readonly fail: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
}

const PRESENT = { at: undefined, known: undefined, finality: "LATEST" } as const;

export class GatheredChecks {
  readonly #database: Database;
  /** By the one chain that is asked; undefined for all. A place is kept while somebody waits in it. */
  readonly #waiting = new Map<bigint | undefined, Waiting[]>();
  #running = 0;
  #begins = false;

  constructor(database: Database) {
    this.#database = database;
  }

  /** What the chains say now about a pair. @throws RetryableError when the database does not answer in time. */
  read(pair: Pair, chainId: bigint | undefined): Promise<ChainAnswer[]> {
    return new Promise((answer, fail) => {
      const timer = setTimeout(() => this.#giveUp(waiting, chainId), WAIT_MS);
      const waiting: Waiting = { pair, answer, fail, timer };
      const queue = this.#waiting.get(chainId);
      if (queue === undefined) this.#waiting.set(chainId, [waiting]);
      else queue.push(waiting);
      this.#beginSoon();
    });
  }

  /** After what else has arrived in this turn has been asked as well. */
  #beginSoon(): void {
    if (this.#begins || this.#running >= STATEMENTS) return;
    this.#begins = true;
    setImmediate(() => {
      this.#begins = false;
      while (this.#running < STATEMENTS && this.#begin());
    });
  }

  /** Begins a statement for those who have waited longest in some place. @returns false when nobody waits. */
  #begin(): boolean {
    const [place] = this.#waiting;
    if (place === undefined) return false;
    const [chainId, queue] = place;
    const asked = queue.splice(0, MOST_PAIRS);
    // Who is left comes after those who wait in other places.
    this.#waiting.delete(chainId);
    if (queue.length > 0) this.#waiting.set(chainId, queue);
    for (const { timer } of asked) clearTimeout(timer);
    this.#running += 1;
    void this.#answer(asked, chainId).then(() => {
      this.#running -= 1;
      this.#beginSoon();
    });
    return true;
  }

  async #answer(asked: readonly Waiting[], chainId: bigint | undefined): Promise<void> {
    const scope = { chainId, moment: PRESENT };
    const pairs = asked.map(({ pair }) => pair);
    const [alone] = pairs;
    try {
      const found =
        alone !== undefined && pairs.length === 1
          ? [await readCheck(this.#database, alone, scope)]
          : (await readMany(this.#database, pairs, scope)).pairs.map(({ chains }) => [...chains]);
      // Where no chain is indexed there is no row, and so no pair.
      for (const [i, { answer }] of asked.entries()) answer(found[i] ?? []);
    } catch (error) {
      for (const { fail } of asked) fail(error);
    }
  }

  #giveUp(waiting: Waiting, chainId: bigint | undefined): void {
    const queue = this.#waiting.get(chainId);
    const place = queue?.indexOf(waiting) ?? -1;
    if (queue === undefined || place < 0) return;
    queue.splice(place, 1);
    if (queue.length === 0) this.#waiting.delete(chainId);
    waiting.fail(new RetryableError("the database did not take a statement in time"));
  }
}
