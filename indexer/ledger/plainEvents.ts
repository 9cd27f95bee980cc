import type { RawLog } from "../rpc/answers.ts";
import { GrantEvent, isClean, TOPICS_LENGTH } from "./decodeGrant.ts";
import { type EventLayout, LAYOUT_BY_TOPIC } from "./layout.ts";

const WORD = 32;
/** The longest of the events that are read here, with its topics. */
const ROOM = TOPICS_LENGTH + 6 * WORD;

/** A batch is encoded in one go, so that one memory serves them all. */
let shared = Buffer.alloc(0);

/**
 * The short way for what nearly all logs are: GRANTED, REVOKED and RELEASED just as a compiler writes them. Their hex goes
 * into one memory for the whole batch, and nothing else is made of it. Whatever is in any way else is left to `decodeLog`,
 * which says what it is, and refuses what is not hex.
 */
export class PlainEvents {
  readonly #bytes: Buffer;
  #length = 0;
  #topic = "";
  #layout: EventLayout | undefined;

  /** @param most how many logs will be read. The events are of no more use when the next batch begins. */
  constructor(most: number) {
    if (shared.length < most * ROOM) shared = Buffer.allocUnsafeSlow(most * ROOM);
    this.#bytes = shared;
  }

  read({ topics, data }: RawLog): GrantEvent | undefined {
    const [topic, credential, holder, grantee] = topics;
    if (topic === undefined || credential === undefined || holder === undefined || grantee === undefined)
      return undefined;
    const layout = this.#layoutOf(topic);
    if (layout === undefined || topics.length !== 4) return undefined;
    const at = this.#length;
    // Topic 0 is not read: a layout says it.
    const complete =
      this.#word(credential, at + WORD) &&
      this.#word(holder, at + 2 * WORD) &&
      this.#word(grantee, at + 3 * WORD) &&
      this.#hex(data, at + TOPICS_LENGTH, layout.length * WORD);
    if (!complete || !isClean(this.#bytes, at, layout)) return undefined;
    this.#length += ROOM;
    return new GrantEvent(layout, this.#bytes, at);
  }

  #layoutOf(topic: string): EventLayout | undefined {
    if (topic === this.#topic) return this.#layout;
    const layout = LAYOUT_BY_TOPIC.get(topic);
    this.#topic = topic;
    this.#layout = layout?.inColumns && layout.length * WORD <= ROOM - TOPICS_LENGTH ? layout : undefined;
    return this.#layout;
  }

  #word(text: string, at: number): boolean {
    return this.#hex(text, at, WORD);
  }

  /** Whether the text is `0x` and just so many bytes of hex. Beyond ASCII, Node would look at the low byte of a letter. */
  #hex(text: string, at: number, length: number): boolean {
    const characters = 2 + 2 * length;
    return (
      text.length === characters &&
      text.startsWith("0x") &&
      this.#bytes.write(text.slice(2), at, length, "hex") === length &&
      Buffer.byteLength(text) === characters
    );
  }
}
