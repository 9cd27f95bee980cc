import { type EventAbi, widthOf } from "../evidence/abi.ts";
import { GRANT_EVENTS, type GrantEventKind } from "../evidence/grantEvents.ts";

/**
 * The events of `AccessGrants` as byte layouts. All have three indexed fields, `credential`, `holder`, `grantee`, and
 * data of whole words, so a log is read by slicing; a test holds this table against the compiled ABI.
 */

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
/** The kinds whose columns hold every byte of them. */
const IN_COLUMNS: ReadonlySet<GrantEventKind> = new Set(["GRANTED", "REVOKED", "RELEASED"]);

function layout(kind: GrantEventKind): EventLayout {
  const { signature, topic, indexed, inData } = GRANT_EVENTS[kind];
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
    inColumns: IN_COLUMNS.has(kind),
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

export const EVENT_LAYOUTS: readonly EventLayout[] = (Object.keys(GRANT_EVENTS) as GrantEventKind[]).map(layout);

/** Layouts by lower-case topic 0. */
export const LAYOUT_BY_TOPIC: ReadonlyMap<string, EventLayout> = new Map(EVENT_LAYOUTS.map((one) => [one.topic, one]));
