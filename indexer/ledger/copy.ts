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

export class CopyBuffer {
  #buffer: Buffer;
  #length = HEADER_LENGTH;

  constructor(capacity = 1 << 16) {
    this.#buffer = Buffer.alloc(capacity);
    SIGNATURE.copy(this.#buffer);
  }

  row(fields: number): void {
    this.#buffer.writeInt16BE(fields, this.#claim(2));
  }

  null(): void {
    this.#buffer.writeInt32BE(-1, this.#claim(4));
  }

  int2(value: number): void {
    this.#buffer.writeInt16BE(value, this.#field(2));
  }

  int4(value: number): void {
    this.#buffer.writeInt32BE(value, this.#field(4));
  }

  int8(value: bigint): void {
    this.#buffer.writeBigInt64BE(value, this.#field(8));
  }

  /** The unsigned integer at `place` in `source`, widened with zeros to an int column of `width` bytes. */
  uint(source: Uint8Array, place: readonly [offset: number, length: number], width: 2 | 4 | 8): void {
    const [offset, length] = place;
    const at = this.#field(width);
    this.#buffer.fill(0, at, at + width - length);
    this.#buffer.set(source.subarray(offset, offset + length), at + width - length);
  }

  bytea(value: Uint8Array): void {
    this.#buffer.set(value, this.#field(value.length));
  }

  /** Text, and the labels of enums. ASCII only. */
  text(value: string): void {
    this.#buffer.write(value, this.#field(value.length), "latin1");
  }

  /** @param micros microseconds since the unix epoch. */
  timestamptz(micros: bigint): void {
    this.int8(micros - POSTGRES_EPOCH_MICROS);
  }

  /** The whole stream, header and trailer included. The buffer must not be written to afterwards. */
  finish(): Buffer {
    this.#buffer.writeInt16BE(-1, this.#claim(2));
    return this.#buffer.subarray(0, this.#length);
  }

  #field(length: number): number {
    const at = this.#claim(4 + length);
    this.#buffer.writeInt32BE(length, at);
    return at + 4;
  }

  #claim(length: number): number {
    const at = this.#length;
    this.#length += length;
    if (this.#length > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length));
      this.#buffer.copy(grown, 0, 0, at);
      this.#buffer = grown;
    }
    return at;
  }
}
