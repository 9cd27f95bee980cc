import { keccak_256 } from "@noble/hashes/sha3.js";
import { toHex } from "../grants/bytes.ts";

/**
 * The events of `AccessGrants` as byte layouts. All have three indexed fields, `credential`, `holder`, `grantee`, and
 * data of whole words, so a log is read by slicing; a test holds this table against the compiled ABI.
 */

/** Where the data words of an event are, in words from the start of the data. */
export interface EventLayout {
  readonly kind: "GRANTED" | "REVOKED" | "RELEASED";
  readonly signature: string;
  readonly words: {
    readonly issuer: number;
    readonly seal: number;
    readonly purpose: number;
    /** `legalBasis` of a grant, `reason` of an end. */
    readonly code: number;
    readonly record: number;
    readonly context?: number;
  };
  /** Data length in words. */
  readonly length: number;
}

const ENDING_WORDS = { issuer: 0, seal: 1, purpose: 2, code: 3, record: 4 } as const;

export const EVENT_LAYOUTS: readonly EventLayout[] = [
  {
    kind: "GRANTED",
    signature: "Granted(bytes32,address,address,address,bytes32,uint16,uint8,bytes32,bytes32)",
    words: { ...ENDING_WORDS, context: 5 },
    length: 6,
  },
  {
    kind: "REVOKED",
    signature: "Revoked(bytes32,address,address,address,bytes32,uint16,uint8,bytes32)",
    words: ENDING_WORDS,
    length: 5,
  },
  {
    kind: "RELEASED",
    signature: "Released(bytes32,address,address,address,bytes32,uint16,uint8,bytes32)",
    words: ENDING_WORDS,
    length: 5,
  },
];

export const topicOf = (signature: string): string => toHex(keccak_256(new TextEncoder().encode(signature)));

/** Layouts by lower-case topic 0. */
export const LAYOUT_BY_TOPIC: ReadonlyMap<string, EventLayout> = new Map(
  EVENT_LAYOUTS.map((layout) => [topicOf(layout.signature), layout]),
);
