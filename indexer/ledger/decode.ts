import type { ContractName } from "../config/schema.ts";
import type { RawEvent } from "../evidence/abi.ts";
import { toHex } from "../grants/bytes.ts";
import { DEFENCES } from "../ops/defences.ts";
import { MalformedAnswerError, type RawLog } from "../rpc/answers.ts";
import { PackedLog } from "../rpc/packedLog.ts";
import { decodeGrantEvent, type GrantEvent } from "./decodeGrant.ts";
import {
  type CredentialEvent,
  decodeCredentialEvent,
  decodeEntityEvent,
  decodeGovernanceEvent,
  type EntityEvent,
  type GovernanceEvent,
} from "./decodeRegistry.ts";

/** A log that is not an event its contract can say, exactly as it was. */
export interface UndecodedEvent {
  readonly kind: "UNDECODED";
  readonly raw: RawEvent;
}

export type DecodedEvent = GrantEvent | CredentialEvent | EntityEvent | GovernanceEvent;

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

/**
 * Reads a log by the layouts of the contract that it came from, and no other's. Strict: a log that would not re-encode to
 * the same bytes is not decoded but kept raw, so that nothing a contract says is ever lost or altered, whatever it says.
 */
export function decodeLog(contract: ContractName, log: Pick<RawLog, "topics" | "data">): DecodedEvent | UndecodedEvent {
  if (log instanceof PackedLog) return decode(contract, log.topic, split(log.content, log.topicCount));
  const { topics, data } = log;
  return decode(contract, topics[0]?.toLowerCase() ?? "", split(hexBytes([...topics, data]), topics.length));
}

const split = (content: Buffer, topics: number): RawEvent => ({
  topics: content.subarray(0, 32 * topics),
  data: content.subarray(32 * topics),
});

/** The same, of bytes that the ledger kept. */
export function decodeRaw(contract: ContractName, raw: RawEvent): DecodedEvent | UndecodedEvent {
  return decode(contract, toHex(raw.topics.subarray(0, 32)), raw);
}

function decode(contract: ContractName, topic: string, raw: RawEvent): DecodedEvent | UndecodedEvent {
  const from = DEFENCES.ownLayout ? contract : "AccessGrants";
  return DECODERS[from](topic, raw) ?? { kind: "UNDECODED", raw };
}

/** Each takes topic 0 as lower-case hex, and gives undefined for what its contract does not say. */
const DECODERS: Readonly<Record<ContractName, (topic: string, raw: RawEvent) => DecodedEvent | undefined>> = {
  AccessGrants: decodeGrantEvent,
  CredentialRegistry: decodeCredentialEvent,
  EntityRegistry: decodeEntityEvent,
  AccessManager: decodeGovernanceEvent,
};
