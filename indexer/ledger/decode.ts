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
import { MalformedAnswerError, type RawLog } from "../rpc/answers.ts";
import { type EventLayout, LAYOUT_BY_TOPIC } from "./layout.ts";

/** An event of `AccessGrants`. All fields are views of one buffer. */
export interface DecodedEvent {
  readonly kind: EventLayout["kind"];
  readonly credential: CredentialRef;
  readonly holder: Address;
  readonly grantee: Address;
  readonly issuer: Address;
  readonly seal: Seal;
  readonly purpose: Purpose;
  /** The legal basis of a grant, the reason of an end. */
  readonly code: number;
  /** The packed record after the event, see grants/record.ts. */
  readonly record: Bytes32;
  /** Of a grant only. */
  readonly context: Bytes32 | undefined;
}

/** A log that is not an event we know, exactly as it was. */
export interface UndecodedEvent {
  readonly kind: "UNDECODED";
  readonly topics: Uint8Array;
  readonly data: Uint8Array;
}

const WORD = 32;
const ADDRESS_PADDING = 12;

/** Bytes of several `0x` texts one after the other. @throws MalformedAnswerError when one is not hex. */
export function hexBytes(texts: readonly string[]): Buffer {
  let digits = "";
  for (const text of texts) {
    if (!text.startsWith("0x")) throw new MalformedAnswerError("expected hex with 0x", text);
    digits += text.slice(2);
  }
  // Node stops at the first character that is not a hex digit, so the length tells whether all of them were. Beyond
  // ASCII it looks at a character's low byte alone, so that a letter of another alphabet can pass for a digit.
  const bytes = Buffer.from(digits, "hex");
  if (bytes.length * 2 !== digits.length || Buffer.byteLength(digits) !== digits.length)
    throw new MalformedAnswerError("expected hex", digits.slice(0, 60));
  return bytes;
}

function isZero(bytes: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] !== 0) return false;
  return true;
}

/**
 * Reads a log by slicing. Strict: a log that would not re-encode to the same bytes is not decoded but kept raw, so
 * that nothing a contract says is ever lost or altered, whatever it says.
 */
export function decodeLog(log: Pick<RawLog, "topics" | "data">): DecodedEvent | UndecodedEvent {
  const layout = log.topics.length === 4 ? LAYOUT_BY_TOPIC.get((log.topics[0] as string).toLowerCase()) : undefined;
  if (layout === undefined || log.data.length !== 2 + 2 * WORD * layout.length) return undecoded(log);

  const [, credential, holder, grantee] = log.topics as [string, string, string, string];
  const bytes = hexBytes([credential, holder, grantee, log.data]);
  const word = (index: number): number => (3 + index) * WORD;
  const { words } = layout;
  const clean =
    isZero(bytes, WORD, WORD + ADDRESS_PADDING) &&
    isZero(bytes, 2 * WORD, 2 * WORD + ADDRESS_PADDING) &&
    isZero(bytes, word(words.issuer), word(words.issuer) + ADDRESS_PADDING) &&
    isZero(bytes, word(words.purpose), word(words.purpose) + 30) &&
    isZero(bytes, word(words.code), word(words.code) + 31);
  if (!clean) return undecoded(log);

  const slice = (at: number, skip = 0): Buffer => bytes.subarray(at + skip, at + WORD);
  return {
    kind: layout.kind,
    credential: toCredentialRef(slice(0)),
    holder: toAddress(slice(WORD, ADDRESS_PADDING)),
    grantee: toAddress(slice(2 * WORD, ADDRESS_PADDING)),
    issuer: toAddress(slice(word(words.issuer), ADDRESS_PADDING)),
    seal: toSeal(slice(word(words.seal))),
    purpose: bytes.readUInt16BE(word(words.purpose) + 30),
    code: bytes.readUInt8(word(words.code) + 31),
    record: toBytes32(slice(word(words.record))),
    context: words.context === undefined ? undefined : toBytes32(slice(word(words.context))),
  };
}

function undecoded(log: Pick<RawLog, "topics" | "data">): UndecodedEvent {
  return { kind: "UNDECODED", topics: hexBytes(log.topics), data: hexBytes([log.data]) };
}
