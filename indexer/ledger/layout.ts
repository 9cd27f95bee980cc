import { type EventAbi, parseEvent, widthOf } from "./abi.ts";

/**
 * The events of `AccessGrants` as byte layouts. All have three indexed fields, `credential`, `holder`, `grantee`, and
 * data of whole words, so a log is read by slicing; a test holds this table against the compiled ABI.
 */

export type GrantEventKind =
  | "GRANTED"
  | "REVOKED"
  | "RELEASED"
  | "GRANTED_ONWARD"
  | "REVOKED_ONWARD"
  | "SIGNATURES_CANCELLED"
  | "HELD"
  | "HOLD_LIFTED";

type Word =
  | ("issuer" | "seal" | "purpose" | "legalBasis" | "reason" | "record" | "context")
  | ("grantor" | "parentGrantedAt" | "authority" | "until" | "orderRef" | "holdUntil");

/** Where the data words of an event are, in words from the start of the data. */
export interface EventLayout {
  readonly kind: GrantEventKind;
  readonly signature: string;
  /** Topic 0, lower-case hex. */
  readonly topic: string;
  readonly words: Readonly<Record<"issuer" | "seal" | "purpose" | "record", number> & Partial<Record<Word, number>>>;
  /** Data length in words. */
  readonly length: number;
  /** Whether the columns of `event` hold everything the event says, so that its bytes need not be kept. */
  readonly inColumns: boolean;
  /** Bytes of all topics and of the data that have to be zero. */
  readonly topicPadding: readonly Span[];
  readonly dataPadding: readonly Span[];
}

type Span = readonly [from: number, to: number];

const WORD = 32;
const TOPICS = "bytes32 indexed credential, address indexed holder, address indexed grantee";
const NAMED = "address issuer, bytes32 seal, uint16 purpose";

function layout(kind: GrantEventKind, name: string, rest: string, inColumns = false): EventLayout {
  const { signature, topic, indexed, inData } = parseEvent(`${name}(${TOPICS}, ${NAMED}, ${rest})`);
  const at = (word: string): number => inData.findIndex((field) => field.name === word);
  const own = inData.map((field, i) => [field.name, i] as const);
  return {
    kind,
    signature,
    topic,
    words: {
      ...Object.fromEntries(own),
      issuer: at("issuer"),
      seal: at("seal"),
      purpose: at("purpose"),
      record: at("record"),
    },
    length: inData.length,
    inColumns,
    topicPadding: paddingOf(indexed, 1),
    dataPadding: paddingOf(inData, 0),
  };
}

/** What lies before the values of fields that are shorter than a word, the first of them in word `first`. */
function paddingOf(fields: EventAbi["indexed"], first: number): Span[] {
  return fields.flatMap(({ type }, i) => {
    const { bytes } = widthOf(type);
    const from = (first + i) * WORD;
    return bytes === WORD ? [] : [[from, from + WORD - bytes] as const];
  });
}

export const EVENT_LAYOUTS: readonly EventLayout[] = [
  layout("GRANTED", "Granted", "uint8 legalBasis, bytes32 record, bytes32 context", true),
  layout("REVOKED", "Revoked", "uint8 reason, bytes32 record", true),
  layout("RELEASED", "Released", "uint8 reason, bytes32 record", true),
  layout(
    "GRANTED_ONWARD",
    "GrantedOnward",
    "uint8 legalBasis, bytes32 record, bytes32 context, address grantor, uint40 parentGrantedAt",
  ),
  layout("REVOKED_ONWARD", "RevokedOnward", "uint8 reason, bytes32 record, address grantor"),
  layout("SIGNATURES_CANCELLED", "SignaturesCancelled", "bytes32 record"),
  layout("HELD", "Held", "bytes32 record, address authority, uint40 until, bytes32 orderRef, uint40 holdUntil"),
  layout("HOLD_LIFTED", "HoldLifted", "bytes32 record, address authority, bytes32 orderRef, uint40 holdUntil"),
];

/** Layouts by lower-case topic 0. */
export const LAYOUT_BY_TOPIC: ReadonlyMap<string, EventLayout> = new Map(EVENT_LAYOUTS.map((one) => [one.topic, one]));
