/**
 * PostgreSQL's binary COPY format (https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"), written
 * into one growing buffer. All numbers are big-endian, as they are in EVM words, so a record's fields are copied as
 * bytes and never become JavaScript numbers on the way.
 */

const SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0", "latin1");
/** Signature, flags, header extension length. */
const HEADER_LENGTH = SIGNATURE.length + 8;
/** Microseconds from the unix epoch to 2000-01-01, PostgreSQL's epoch. */
const POSTGRES_EPOCH_MICROS = 946_684_800_000_000n;
/** Up to here a loop beats `set`, which pays for every call. */
const SHORT = 64;

/**
 * Memory of streams that were sent, to be used again: the garbage collector lets tens of megabytes of it pile up before it
 * looks. Small pieces are not worth it.
 */
const idle: ArrayBuffer[] = [];
const LEAST_KEPT = 1 << 16;
const MOST_KEPT = 6;

function takeMemory(length: number): Uint8Array<ArrayBuffer> {
  const at = idle.findIndex((memory) => memory.byteLength >= length);
  const [memory] = at < 0 ? [] : idle.splice(at, 1);
  return new Uint8Array(memory ?? new ArrayBuffer(length));
}

/** Gives back the memory of a finished stream, whose bytes nobody may look at from now on. */
export function giveMemory(memory: ArrayBufferLike): void {
  if (!(memory instanceof ArrayBuffer) || memory.byteLength < LEAST_KEPT) return;
  idle.push(memory);
  // The smallest go first.
  if (idle.length > MOST_KEPT) idle.sort((a, b) => b.byteLength - a.byteLength).pop();
}

export class CopyBuffer {
  #bytes: Uint8Array<ArrayBuffer>;
  /** The same memory. Unlike a Buffer's methods, a view's are compiled to plain stores. Claiming room can replace both. */
  #view: DataView;
  #length = HEADER_LENGTH;

  constructor(capacity = 1 << 16) {
    this.#bytes = takeMemory(capacity);
    this.#view = new DataView(this.#bytes.buffer);
    this.#bytes.set(SIGNATURE);
    // Flags and length of the header's extension: the memory may have been used before.
    this.#bytes.fill(0, SIGNATURE.length, HEADER_LENGTH);
  }

  row(fields: number): void {
    const at = this.#claim(2);
    this.#view.setInt16(at, fields);
  }

  null(): void {
    const at = this.#claim(4);
    this.#view.setInt32(at, -1);
  }

  /** Several nulls in a row. */
  nulls(count: number): void {
    const at = this.#claim(4 * count);
    for (let i = 0; i < count; i++) this.#view.setInt32(at + 4 * i, -1);
  }

  int2(value: number): void {
    const at = this.#field(2);
    this.#view.setInt16(at, value);
  }

  int4(value: number): void {
    const at = this.#field(4);
    this.#view.setInt32(at, value);
  }

  int8(value: bigint): void {
    const at = this.#field(8);
    this.#view.setBigInt64(at, value);
  }

  /** The unsigned integer of `length` bytes at `from`, widened with zeros to an int column of `width` bytes. */
  uint(source: Uint8Array, from: number, length: number, width: 2 | 4 | 8): void {
    const at = this.#field(width);
    const bytes = this.#bytes;
    const zeros = width - length;
    for (let i = 0; i < zeros; i++) bytes[at + i] = 0;
    for (let i = 0; i < length; i++) bytes[at + zeros + i] = source[from + i] as number;
  }

  bytea(value: Uint8Array): void {
    const { length } = value;
    if (length <= SHORT) this.slice(value, 0, length);
    else {
      // Before the memory is looked at: claiming room can replace it.
      const at = this.#field(length);
      this.#bytes.set(value, at);
    }
  }

  /** A bytea of the bytes from `from` on: without the view of them that every field would cost. Short ones only. */
  slice(source: Uint8Array, from: number, length: number): void {
    const at = this.#field(length);
    const bytes = this.#bytes;
    for (let i = 0; i < length; i++) bytes[at + i] = source[from + i] as number;
  }

  /** Text, and the labels of enums. ASCII only. */
  text(value: string): void {
    const at = this.#field(value.length);
    for (let i = 0; i < value.length; i++) this.#bytes[at + i] = value.charCodeAt(i);
  }

  /** @param micros microseconds since the unix epoch. */
  timestamptz(micros: bigint): void {
    this.int8(micros - POSTGRES_EPOCH_MICROS);
  }

  /** The whole stream, header and trailer included. The buffer must not be written to afterwards. */
  finish(): Buffer {
    const at = this.#claim(2);
    this.#view.setInt16(at, -1);
    return Buffer.from(this.#bytes.buffer, 0, this.#length);
  }

  #field(length: number): number {
    const at = this.#claim(4 + length);
    this.#view.setInt32(at, length);
    return at + 4;
  }

  #claim(length: number): number {
    const at = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const grown = takeMemory(Math.max(this.#bytes.length * 2, this.#length));
      grown.set(this.#bytes.subarray(0, at));
      giveMemory(this.#bytes.buffer);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }
}
