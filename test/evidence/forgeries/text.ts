import { MAX_BYTES } from "../../../indexer/evidence/strictJson.ts";
import { altered, type Forgeries, GOOD_TEXT, set, text } from "./forging.ts";

/** What is no text that says one thing to everybody. */
export const TEXT_FORGERIES: Forgeries = {
  "an empty file": ["NOT_JSON", () => new Uint8Array(0)],
  "half a file": ["NOT_JSON", () => text(GOOD_TEXT.slice(0, GOOD_TEXT.length / 2))],
  "bytes after the end": ["NOT_JSON", () => [text(`${GOOD_TEXT}{}`), text(`${GOOD_TEXT}\0`), text(`${GOOD_TEXT}x`)]],
  "a byte-order mark": ["NOT_JSON", () => text(`\ufeff${GOOD_TEXT}`)],
  "a comment": ["NOT_JSON", () => text(`/* good */${GOOD_TEXT}`)],
  "bytes that are no UTF-8": ["NOT_UTF8", () => Uint8Array.of(...text(GOOD_TEXT.slice(0, -1)), 0xc3, 0x28)],
  "a huge file": ["TOO_LARGE", () => new Uint8Array(MAX_BYTES + 1).fill(0x20)],
  "a million things in a list": [
    "TOO_LARGE",
    () => text(GOOD_TEXT.replace('"topics":[', `"topics":[${'"",'.repeat(1_000_000)}`)),
  ],
  "a million lists inside of each other": ["TOO_DEEP", () => text("[".repeat(1_000_000))],
  "a deep object in a field": [
    "TOO_DEEP",
    () => text(GOOD_TEXT.replace('"claims":', `"more":${'{"a":'.repeat(50)}1${"}".repeat(50)},"claims":`)),
  ],
  "a key that comes twice": [
    "AMBIGUOUS_JSON",
    () => text(GOOD_TEXT.replace('"chain":', '"chain":"eip155:1","chain":')),
  ],
  "a key that comes twice, once in escapes": [
    "AMBIGUOUS_JSON",
    () => text(GOOD_TEXT.replace('"chain":', '"\\u0063hain":"eip155:1","chain":')),
  ],
  "a key that comes twice inside": [
    "AMBIGUOUS_JSON",
    () => text(GOOD_TEXT.replace('"kind":', '"kind":"REVOKED","kind":')),
  ],
  "a number in another form": [
    "AMBIGUOUS_JSON",
    () => ["1.0", "1e0", "10e-1"].map((form) => text(GOOD_TEXT.replace('"version":1', `"version":${form}`))),
  ],
  "an escape that is not needed": ["AMBIGUOUS_JSON", () => text(GOOD_TEXT.replace('"GRANTED"', '"GRANT\\u0045D"'))],
  "a key that changes what an object is": [
    "FORBIDDEN_KEY",
    () =>
      ["__proto__", "constructor", "prototype"].flatMap((key) => [
        text(GOOD_TEXT.replace("{", `{"${key}":{"version":1},`)),
        text(GOOD_TEXT.replace('"claims":{', `"claims":{"${key}":{"finality":"FINALIZED"},`)),
      ]),
  ],
  "something else than an object": [
    "NOT_A_BUNDLE",
    () => ["null", "[]", "5", '"x"', "true", "{}", `[${GOOD_TEXT}]`].map(text),
  ],
  "another format": ["NOT_A_BUNDLE", () => altered((draft) => void set(draft, ["format"], "grantledger"))],
  "another version": [
    "UNKNOWN_VERSION",
    () => [2, 0, "1", null].map((version) => altered((draft) => set(draft, ["version"], version))),
  ],
};
