/** How much an endpoint takes at once, learned from what it refused: never asked for as much again. Pure. */
export class LargestAccepted {
  #max: number;

  constructor(most: number) {
    this.#max = most;
  }

  get max(): number {
    return this.#max;
  }

  /**
   * So much was refused.
   * @param words what the server said: some name the number that they take.
   * @returns whether that is news.
   */
  refused(size: number, words = ""): boolean {
    const named = limitIn(words);
    // That more than is asked for by now was refused is no news: it was under way.
    const half = size > this.#max ? this.#max : Math.floor(size / 2);
    const next = Math.max(1, named !== undefined && named < size ? named : half);
    if (next >= this.#max) return false;
    this.#max = next;
    return true;
  }
}

/** The number that "limit is 50", "up to a 2K block range" or "maximum is set to 2,048" is about. */
export function limitIn(words: string): number | undefined {
  const found = /(?:max(?:imum)?|limit(?:ed)?|up to|at most|no more than|allowed)\D{0,40}?(\d[\d,]*)\s?(k\b)?/i.exec(
    words,
  );
  if (found === null) return undefined;
  const [, digits = "", thousands] = found;
  const number = Number(digits.replaceAll(",", "")) * (thousands === undefined ? 1 : 1000);
  return number > 0 ? number : undefined;
}
