import { EvidenceError } from "./errors.ts";

/**
 * RLP (Yellow Paper, appendix B), read strictly: there is one encoding of an item, and whatever else means the same is
 * refused, as is a byte too many. Takes time in proportion to the bytes, and memory within a bound, however they were made.
 */

export type RlpItem = Uint8Array | RlpList;

export interface RlpList {
  readonly items: readonly RlpItem[];
  /** Bytes of its whole encoding. */
  readonly size: number;
}

/** Deeper than any header, receipt or node of a trie. */
const MAX_DEPTH = 32;
/** A receipt of 60 million gas, all of it spent on empty logs, has 640,000. */
const MAX_ITEMS = 1_000_000;

/** The one item that the bytes are. @param what they are, for people. @throws EvidenceError */
export function decodeRlp(bytes: Uint8Array, what: string): RlpItem {
  const reader = new Reader(bytes, what);
  const item = reader.item(bytes.length, 0);
  if (reader.at !== bytes.length) throw reader.wrong(`${bytes.length - reader.at} bytes too many`);
  return item;
}

class Reader {
  at = 0;
  #items = 0;
  readonly #bytes: Uint8Array;
  readonly #what: string;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  wrong(why: string): EvidenceError {
    return new EvidenceError(`${this.#what} is not canonical RLP: ${why}`);
  }

  /** The item that begins here and has to end by `end`. */
  item(end: number, depth: number): RlpItem {
    if (++this.#items > MAX_ITEMS) throw this.wrong(`more than ${MAX_ITEMS} items`);
    const from = this.at;
    const first = this.#byte(end);
    if (first < 0x80) return this.#bytes.subarray(from, this.at);
    const list = first >= 0xc0;
    const length = this.#length(list ? first - 0xc0 : first - 0x80, end);
    if (length > end - this.at) throw this.wrong("it ends before its last item");
    if (list) return this.#list(from, this.at + length, depth);
    const value = this.#bytes.subarray(this.at, this.at + length);
    if (length === 1 && (value[0] as number) < 0x80) throw this.wrong("a byte with a prefix that it does not need");
    this.at += length;
    return value;
  }

  #list(from: number, end: number, depth: number): RlpList {
    if (depth === MAX_DEPTH) throw this.wrong(`lists inside of each other, deeper than ${MAX_DEPTH}`);
    const items: RlpItem[] = [];
    while (this.at < end) items.push(this.item(end, depth + 1));
    return { items, size: end - from };
  }

  #length(head: number, end: number): number {
    if (head < 56) return head;
    let length = 0;
    for (let left = head - 55; left > 0; left--) {
      const byte = this.#byte(end);
      if (length === 0 && byte === 0) throw this.wrong("a length with a zero in front");
      length = length * 256 + byte;
    }
    if (length < 56) throw this.wrong("a length that needs fewer bytes");
    return length;
  }

  #byte(end: number): number {
    const byte = this.at < end ? this.#bytes[this.at] : undefined;
    if (byte === undefined) throw this.wrong("it ends before its last item");
    this.at++;
    return byte;
  }
}

export const isBytes = (item: RlpItem | undefined): item is Uint8Array => item instanceof Uint8Array;

/** The items of a list. @throws EvidenceError when it is none. */
export function listOf(item: RlpItem | undefined, what: string): readonly RlpItem[] {
  if (item === undefined || isBytes(item)) throw new EvidenceError(`${what} is not a list`);
  return item.items;
}

/** `0x` text of so many bytes, or of any number of them. @throws EvidenceError */
export function dataOf(item: RlpItem | undefined, what: string, bytes?: number): `0x${string}` {
  if (!isBytes(item)) throw new EvidenceError(`${what} is not bytes`);
  if (bytes !== undefined && item.length !== bytes)
    throw new EvidenceError(`${what} has ${item.length} bytes, expected ${bytes}`);
  return `0x${Buffer.from(item).toString("hex")}`;
}

/** A number as JSON-RPC writes it. @throws EvidenceError when it has a zero in front or more bytes than it may. */
export function quantityOf(item: RlpItem | undefined, what: string, mostBytes = 32): `0x${string}` {
  const digits = dataOf(item, what).slice(2);
  if (digits.startsWith("00")) throw new EvidenceError(`${what} is a number with a zero in front`);
  if (digits.length > 2 * mostBytes)
    throw new EvidenceError(`${what} is a number of ${digits.length / 2} bytes, expected ${mostBytes} at most`);
  return `0x${digits.replace(/^0/, "") || "0"}`;
}
