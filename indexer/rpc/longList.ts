import { randomUUID } from "node:crypto";
import { BugError } from "../ops/errors.ts";

/**
 * Logs of a range are megabytes of JSON, whose objects live just long enough to be moved by the garbage collector again and
 * again. So that text stays bytes, and each piece of it is parsed when its turn comes.
 */

/** Bytes of a piece: few calls of the parser, and objects that are gone before the next collection. */
const PIECE = 1 << 16;
/** Shorter answers are parsed at once. */
const LONG = 1 << 17;
const BEGIN = '"result":[{';
const BETWEEN = "},{";
const END = "}]";
/** Stands where the list was: nobody else can have sent it. */
const PLACE = randomUUID();

type MayBeLong = (id: unknown) => boolean;

/**
 * A JSON array of objects, parsed piece by piece while it is gone through: once, since its memory is given back then and not when
 * the garbage collector comes to look. @throws SyntaxError then, where it is not JSON.
 */
export class LongList implements Iterable<unknown> {
  #bytes: Buffer | undefined;
  readonly #from: number;
  readonly #to: number;
  readonly #piece: number;

  /** @param from the first object's first byte. @param to behind the last one's last. */
  constructor(bytes: Buffer, from: number, to: number, piece: number) {
    this.#bytes = bytes;
    this.#from = from;
    this.#to = to;
    this.#piece = piece;
  }

  *[Symbol.iterator](): Generator<unknown> {
    const bytes = this.#bytes;
    if (bytes === undefined) throw new BugError("a long list is gone through twice");
    this.#bytes = undefined;
    try {
      for (let from = this.#from; from < this.#to; ) {
        const cut = bytes.indexOf(BETWEEN, from + this.#piece, "latin1");
        const to = cut < 0 || cut >= this.#to ? this.#to : cut + 1;
        // Pieces that are each JSON make JSON when they are put together. One that is not was cut within an object.
        const values = parsed(`[${textOf(bytes, from, to)}]`) as unknown[] | undefined;
        yield* values ?? (JSON.parse(`[${textOf(bytes, from, this.#to)}]`) as unknown[]);
        if (values === undefined) return;
        from = to + 1;
      }
    } finally {
      giveBack(bytes);
    }
  }
}

/** Not where the memory holds something else besides. */
function giveBack({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/**
 * The value of a JSON text, as `JSON.parse` gives it.
 * @param mayBeLong whether the result of the call with this id may stay a {@link LongList}.
 * @throws SyntaxError when it is not JSON.
 */
export function readJson(bytes: Buffer, mayBeLong: MayBeLong, { long = LONG, piece = PIECE } = {}): unknown {
  const lazily = bytes.length < long ? undefined : withLongList(bytes, mayBeLong, piece);
  return lazily ?? JSON.parse(textOf(bytes, 0, bytes.length));
}

/** Undefined where it is not known to be the same as what the whole text says. */
function withLongList(bytes: Buffer, mayBeLong: MayBeLong, piece: number): unknown {
  const begin = bytes.indexOf(BEGIN, 0, "latin1");
  if (begin < 0) return undefined;
  const from = begin + BEGIN.length - 1;
  const to = bytes.indexOf(END, from, "latin1") + 1;
  if (to <= 0) return undefined;
  // With a value in its place the rest is JSON, and it is found where a result belongs: so that was a value too.
  const body = parsed(`${textOf(bytes, 0, from - 1)}"${PLACE}"${textOf(bytes, to + 1, bytes.length)}`);
  const answers: unknown[] = Array.isArray(body) ? body : [body];
  const answer = answers.find((one) => (one as { result?: unknown } | null | undefined)?.result === PLACE) as
    | { id?: unknown; result: unknown }
    | undefined;
  if (answer === undefined || !mayBeLong(answer.id)) return undefined;
  answer.result = new LongList(bytes, from, to, piece);
  return body;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A byte order mark is left away, as WHATWG's decoders do. */
function textOf(bytes: Buffer, from: number, to: number): string {
  const marked = from === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return bytes.toString("utf8", marked ? 3 : from, to);
}
