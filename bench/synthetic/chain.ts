import { blockAfter, type SyntheticSize } from "./block.ts";

/** All headers of a synthetic chain, kept as the text that is answered. */
export class SyntheticChain {
  readonly size: SyntheticSize;
  readonly #headers: readonly Buffer[];
  readonly #hashes: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;

  /** @param headers JSON, from block 0 on. */
  constructor(size: SyntheticSize, headers: Iterable<string>) {
    this.size = size;
    const texts = [...headers];
    this.#headers = texts.map((text) => Buffer.from(text));
    this.#hashes = texts.map((text) => (JSON.parse(text) as { hash: string }).hash);
    this.#numbers = new Map(this.#hashes.map((hash, number) => [hash, number]));
    if (texts.length !== size.blocks + 1) throw new RangeError(`${texts.length} headers, expected ${size.blocks + 1}`);
  }

  get head(): number {
    return this.size.blocks;
  }

  /** Its JSON; undefined beyond the head. */
  header(number: number): Buffer | undefined {
    return this.#headers[number];
  }

  /** Lower-case hex. */
  hash(number: number): string | undefined {
    return this.#hashes[number];
  }

  numberOf(hash: string): number | undefined {
    return this.#numbers.get(hash.toLowerCase());
  }
}

/** Makes the headers, each with the root of its receipts and linked to the one before. */
export function* makeHeaders(size: SyntheticSize): Generator<string> {
  let parent: Buffer = Buffer.alloc(32);
  for (let number = 0; number <= size.blocks; number++) {
    const { header, hash } = blockAfter(parent, number, size);
    const rest = { size: "0x400", totalDifficulty: "0x0", uncles: [], transactions: [], withdrawals: [] };
    yield JSON.stringify({ ...header, ...rest });
    parent = hash;
  }
}
