import type { RawLog } from "../rpc/answers.ts";
import { PackedLog } from "../rpc/packedLog.ts";
import { GrantEvent, isClean } from "./decodeGrant.ts";
import { type EventLayout, LAYOUT_BY_TOPIC } from "./layout.ts";

const WORD = 32;

/**
 * The short way for what nearly all logs are: GRANTED, REVOKED and RELEASED just as a compiler writes them, where they came as
 * bytes. Nothing is made of those but their places. Whatever is in any way else is left to `decodeLog`, which says what it is.
 */
export class PlainEvents {
  #topic = "";
  #layout: EventLayout | undefined;

  read(log: RawLog): GrantEvent | undefined {
    if (!(log instanceof PackedLog) || log.topicCount !== 4) return undefined;
    const layout = this.#layoutOf(log.topic);
    if (layout === undefined || log.dataLength !== layout.length * WORD || !isClean(log.bytes, log.at, layout))
      return undefined;
    return new GrantEvent(layout, log.bytes, log.at);
  }

  #layoutOf(topic: string): EventLayout | undefined {
    if (topic === this.#topic) return this.#layout;
    const layout = LAYOUT_BY_TOPIC.get(topic);
    this.#topic = topic;
    this.#layout = layout?.inColumns ? layout : undefined;
    return this.#layout;
  }
}
