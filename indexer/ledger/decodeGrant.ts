import { isZero, type RawEvent } from "../evidence/abi.ts";
import type { GrantEventKind } from "../evidence/grantEvents.ts";
import {
  type Address,
  type Bytes32,
  type CredentialRef,
  type Seal,
  toAddress,
  toBytes32,
  toCredentialRef,
  toSeal,
} from "../grants/bytes.ts";
import type { Purpose } from "../grants/ids.ts";
import type { UnixTime } from "../grants/record.ts";
import { type EventLayout, LAYOUT_BY_TOPIC } from "./layout.ts";

const WORD = 32;
const ADDRESS = 20;
const PADDING = WORD - ADDRESS;
/** Topic 0, credential, holder, grantee. */
export const TOPICS_LENGTH = 4 * WORD;

/**
 * An event of `AccessGrants`: where its fields are in the bytes of its log. They are copied from there into rows; each
 * field that is asked for by name is a copy of its own.
 */
export class GrantEvent {
  readonly kind: GrantEventKind;
  /** What the rarer kinds say beyond the fields below. */
  readonly onward: Onward | undefined;
  readonly hold: HoldChange | undefined;
  /** Undefined where the other fields say everything. */
  readonly raw: RawEvent | undefined;
  readonly layout: EventLayout;
  /** Topics and data one after the other, from `at` on. */
  readonly bytes: Uint8Array;
  readonly at: number;

  constructor(layout: EventLayout, bytes: Uint8Array, at: number, raw?: RawEvent) {
    this.kind = layout.kind;
    this.layout = layout;
    this.bytes = bytes;
    this.at = at;
    this.raw = raw;
    this.onward = raw === undefined ? undefined : onwardOf(raw.data, layout);
    this.hold = raw === undefined ? undefined : holdOf(raw.data, layout);
  }

  get credential(): CredentialRef {
    return toCredentialRef(this.#copy(this.credentialAt, WORD));
  }
  get holder(): Address {
    return toAddress(this.#copy(this.holderAt, ADDRESS));
  }
  get grantee(): Address {
    return toAddress(this.#copy(this.granteeAt, ADDRESS));
  }
  get issuer(): Address {
    return toAddress(this.#copy(this.issuerAt, ADDRESS));
  }
  get seal(): Seal {
    return toSeal(this.#copy(this.sealAt, WORD));
  }
  get purpose(): Purpose {
    return numberAt(this.bytes, this.#word(this.layout.words.purpose) + 30, 2);
  }
  /** Of a grant, onward or not. */
  get legalBasis(): number | undefined {
    const { legalBasis } = this.layout.words;
    return legalBasis === undefined ? undefined : this.bytes[this.#word(legalBasis) + 31];
  }
  /** Of an end. */
  get reason(): number | undefined {
    const { reason } = this.layout.words;
    return reason === undefined ? undefined : this.bytes[this.#word(reason) + 31];
  }
  /** The packed record after the event, see grants/record.ts. */
  get record(): Bytes32 {
    return toBytes32(this.#copy(this.recordAt, WORD));
  }
  /** Of a grant, onward or not. */
  get context(): Bytes32 | undefined {
    const at = this.contextAt;
    return at === undefined ? undefined : toBytes32(this.#copy(at, WORD));
  }

  /** Places in `bytes`: of words the first byte, of addresses that after the padding. */
  get credentialAt(): number {
    return this.at + WORD;
  }
  get holderAt(): number {
    return this.at + 2 * WORD + PADDING;
  }
  get granteeAt(): number {
    return this.at + 3 * WORD + PADDING;
  }
  get issuerAt(): number {
    return this.#word(this.layout.words.issuer) + PADDING;
  }
  get sealAt(): number {
    return this.#word(this.layout.words.seal);
  }
  get recordAt(): number {
    return this.#word(this.layout.words.record);
  }
  get contextAt(): number | undefined {
    const { context } = this.layout.words;
    return context === undefined ? undefined : this.#word(context);
  }

  #word(index: number): number {
    return this.at + TOPICS_LENGTH + index * WORD;
  }
  #copy(at: number, length: number): Uint8Array {
    return this.bytes.slice(at, at + length);
  }
}

/** Of GRANTED_ONWARD and REVOKED_ONWARD. */
export interface Onward {
  readonly grantor: Address;
  /** When the grantor's own grant began; of GRANTED_ONWARD only. */
  readonly parentGrantedAt: UnixTime | undefined;
}

/** Of HELD and HOLD_LIFTED. */
export interface HoldChange {
  readonly authority: Address;
  /** Until when this authority holds; of HELD only. */
  readonly until: UnixTime | undefined;
  readonly orderRef: Bytes32;
  /** The latest of the holds that stand after it, 0 none. */
  readonly holdUntil: UnixTime;
}

/** Reads a log by slicing. @param topic topic 0 as lower-case hex. */
export function decodeGrantEvent(topic: string, raw: RawEvent): GrantEvent | undefined {
  const layout = LAYOUT_BY_TOPIC.get(topic);
  const { topics, data } = raw;
  if (layout === undefined || topics.length !== TOPICS_LENGTH || data.length !== WORD * layout.length) return undefined;
  const bytes = Buffer.concat([topics, data]);
  return isClean(bytes, 0, layout) ? new GrantEvent(layout, bytes, 0, layout.inColumns ? undefined : raw) : undefined;
}

/** Whether the padding of a log whose topics and data begin at `at` is what a compiler writes. */
export function isClean(bytes: Uint8Array, at: number, layout: EventLayout): boolean {
  return isZeroAt(bytes, at, layout.topicPadding) && isZeroAt(bytes, at + TOPICS_LENGTH, layout.dataPadding);
}

function isZeroAt(bytes: Uint8Array, at: number, spans: EventLayout["topicPadding"]): boolean {
  for (let i = 0; i < spans.length; i++) {
    const span = spans[i] as EventLayout["topicPadding"][number];
    if (!isZero(bytes, at + span[0], at + span[1])) return false;
  }
  return true;
}

function onwardOf(data: Buffer, { words }: EventLayout): Onward | undefined {
  if (words.grantor === undefined) return undefined;
  const { parentGrantedAt } = words;
  return {
    grantor: address(data, words.grantor),
    parentGrantedAt: parentGrantedAt === undefined ? undefined : time(data, parentGrantedAt),
  };
}

function holdOf(data: Buffer, { words }: EventLayout): HoldChange | undefined {
  if (words.authority === undefined || words.orderRef === undefined || words.holdUntil === undefined) return undefined;
  return {
    authority: address(data, words.authority),
    until: words.until === undefined ? undefined : time(data, words.until),
    orderRef: toBytes32(word(data, words.orderRef)),
    holdUntil: time(data, words.holdUntil),
  };
}

const word = (data: Buffer, at: number): Buffer => data.subarray(at * WORD, (at + 1) * WORD);
const address = (data: Buffer, at: number): Address => toAddress(data.subarray(at * WORD + PADDING, (at + 1) * WORD));
const time = (data: Buffer, at: number): UnixTime => BigInt(data.readUIntBE(at * WORD + 27, 5));

/** An unsigned integer of up to six bytes. */
export function numberAt(bytes: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + (bytes[at + i] as number);
  return value;
}
