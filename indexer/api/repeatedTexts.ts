import { createHash } from "node:crypto";

/**
 * Which statements are prepared, of those that are put together from what is asked and have one best plan whatever the values:
 * the ones that come again. To parse and plan a list costs the database more than to read it. But each connection keeps every
 * statement that it prepared, and whoever asks can put together thousands: so there are few names, given to what was asked
 * before, and after a while they are given anew. A connection must live no longer than that.
 */

/** Far more than institutions and auditors use at once. */
const MOST_NAMES = 128;
const MOST_SEEN = 1_024;
export const NAMES_LAST_MS = 3_600_000;

export class RepeatedTexts {
  readonly #clock: () => number;
  readonly #names = new Map<string, string>();
  readonly #seen = new Set<string>();
  #since: number;

  /** @param clock in milliseconds, never backwards. */
  constructor(clock = (): number => performance.now()) {
    this.#clock = clock;
    this.#since = clock();
  }

  /** The name to prepare the text under, always the same for the same text; undefined while it is not worth it. */
  nameOf(text: string): string | undefined {
    if (this.#clock() - this.#since >= NAMES_LAST_MS) {
      this.#names.clear();
      this.#seen.clear();
      this.#since = this.#clock();
    }
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size >= MOST_NAMES) return known;
    if (!this.#seen.delete(text)) {
      if (this.#seen.size >= MOST_SEEN) this.#seen.clear();
      this.#seen.add(text);
      return undefined;
    }
    const name = createHash("sha256").update(text).digest("hex").slice(0, 32);
    this.#names.set(text, name);
    return name;
  }
}
