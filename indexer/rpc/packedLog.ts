import type { RawLog } from "./answers.ts";

/** What the log of a grant takes, with four topics. */
const USUAL = 352;
const MOST_AT_ONCE = 1 << 16;

/**
 * A log whose topics and data are bytes, one after the other, in a memory that it shares with others of its answer: a third of
 * what its texts would hold, and nothing that a garbage collector would have to move.
 */
export class PackedLog implements RawLog {
  readonly address: string;
  readonly transactionHash: string;
  readonly transactionIndex: number;
  readonly logIndex: number;
  readonly blockNumber: bigint;
  readonly blockHash: string;
  /** Topic 0 in lower-case hex, empty without one. */
  readonly topic: string;
  readonly topicCount: number;
  readonly dataLength: number;
  readonly bytes: Buffer;
  /** Where the topics begin; the data follows them. */
  readonly at: number;

  constructor(log: RawLog, bytes: Buffer, at: number, topic: string, dataLength: number) {
    this.address = log.address;
    this.transactionHash = log.transactionHash;
    this.transactionIndex = log.transactionIndex;
    this.logIndex = log.logIndex;
    this.blockNumber = log.blockNumber;
    this.blockHash = log.blockHash;
    this.topic = topic;
    this.topicCount = log.topics.length;
    this.dataLength = dataLength;
    this.bytes = bytes;
    this.at = at;
  }

  get topics(): readonly string[] {
    return Array.from({ length: this.topicCount }, (_, i) => `0x${this.#hex(this.at + 32 * i, 32)}`);
  }
  get data(): string {
    return `0x${this.#hex(this.at + 32 * this.topicCount, this.dataLength)}`;
  }
  /** Topics and data. */
  get content(): Buffer {
    return this.bytes.subarray(this.at, this.at + 32 * this.topicCount + this.dataLength);
  }

  #hex(at: number, length: number): string {
    return this.bytes.toString("hex", at, at + length);
  }
}

/** Packs the logs of one answer, most of which share block, transaction, contract and kind with the one before. */
export class LogPacker {
  readonly #room: number;
  #bytes = Buffer.alloc(0);
  #length = 0;
  #topic = "";

  /** @param expected how many there will be; more is no mistake. */
  constructor(expected = Number.POSITIVE_INFINITY) {
    this.#room = Math.min(MOST_AT_ONCE, expected * USUAL);
  }

  /** @param log with topics of 32 bytes. @returns undefined when a topic or the data is not hex. */
  pack(log: RawLog): PackedLog | undefined {
    const { topics, data } = log;
    // Half of an odd number of digits is no length that could be written.
    const dataLength = (data.length - 2) / 2;
    const length = 32 * topics.length + dataLength;
    if (!Number.isInteger(length)) return undefined;
    if (this.#length + length > this.#bytes.length) {
      this.#bytes = Buffer.allocUnsafeSlow(Math.max(this.#room, length));
      this.#length = 0;
    }
    const at = this.#length;
    for (let i = 0; i < topics.length; i++) if (!this.#write(topics[i] as string, at + 32 * i, 32)) return undefined;
    if (!this.#write(data, at + 32 * topics.length, dataLength)) return undefined;
    this.#length += length;
    return new PackedLog(log, this.#bytes, at, this.#topicOf(topics[0]), dataLength);
  }

  #topicOf(text: string | undefined): string {
    if (text === undefined) return "";
    if (text !== this.#topic) this.#topic = text.toLowerCase();
    return this.#topic;
  }

  /** Whether the text is `0x` and just so many bytes of hex. Beyond ASCII, Node would look at the low byte of a letter. */
  #write(text: string, at: number, length: number): boolean {
    return (
      text.startsWith("0x") &&
      this.#bytes.write(text.slice(2), at, length, "hex") === length &&
      Buffer.byteLength(text) === 2 + 2 * length
    );
  }
}
