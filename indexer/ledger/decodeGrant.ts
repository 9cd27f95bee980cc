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
import { isZero, type RawEvent } from "./abi.ts";
import { type EventLayout, type GrantEventKind, LAYOUT_BY_TOPIC } from "./layout.ts";

/** An event of `AccessGrants`. All fields are views of one buffer. */
export interface GrantEvent {
  readonly kind: GrantEventKind;
  readonly credential: CredentialRef;
  readonly holder: Address;
  readonly grantee: Address;
  readonly issuer: Address;
  readonly seal: Seal;
  readonly purpose: Purpose;
  /** Of a grant, onward or not. */
  readonly legalBasis: number | undefined;
  /** Of an end. */
  readonly reason: number | undefined;
  /** The packed record after the event, see grants/record.ts. */
  readonly record: Bytes32;
  /** Of a grant, onward or not. */
  readonly context: Bytes32 | undefined;
  /** What the rarer kinds say beyond that. */
  readonly onward: Onward | undefined;
  readonly hold: HoldChange | undefined;
  /** Undefined where the other fields say everything. */
  readonly raw: RawEvent | undefined;
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

const WORD = 32;
const ADDRESS_PADDING = 12;

/** Reads a log by slicing. @param topic topic 0 as lower-case hex. */
export function decodeGrantEvent(topic: string, raw: RawEvent): GrantEvent | undefined {
  const layout = LAYOUT_BY_TOPIC.get(topic);
  const { topics, data } = raw;
  if (layout === undefined || topics.length !== 4 * WORD || data.length !== WORD * layout.length) return undefined;
  for (const [from, to] of layout.topicPadding) if (!isZero(topics, from, to)) return undefined;
  for (const [from, to] of layout.dataPadding) if (!isZero(data, from, to)) return undefined;

  const { words } = layout;
  return {
    kind: layout.kind,
    credential: toCredentialRef(topics.subarray(WORD, 2 * WORD)),
    holder: toAddress(topics.subarray(2 * WORD + ADDRESS_PADDING, 3 * WORD)),
    grantee: toAddress(topics.subarray(3 * WORD + ADDRESS_PADDING)),
    issuer: address(data, words.issuer),
    seal: toSeal(word(data, words.seal)),
    purpose: data.readUInt16BE(words.purpose * WORD + 30),
    legalBasis: words.legalBasis === undefined ? undefined : byte(data, words.legalBasis),
    reason: words.reason === undefined ? undefined : byte(data, words.reason),
    record: toBytes32(word(data, words.record)),
    context: words.context === undefined ? undefined : toBytes32(word(data, words.context)),
    onward: layout.inColumns ? undefined : onwardOf(data, layout),
    hold: layout.inColumns ? undefined : holdOf(data, layout),
    raw: layout.inColumns ? undefined : raw,
  };
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
const address = (data: Buffer, at: number): Address =>
  toAddress(data.subarray(at * WORD + ADDRESS_PADDING, (at + 1) * WORD));
const byte = (data: Buffer, at: number): number => data.readUInt8(at * WORD + 31);
const time = (data: Buffer, at: number): UnixTime => BigInt(data.readUIntBE(at * WORD + 27, 5));
