import { quote } from "../grants/bytes.ts";
import { Rejection } from "./rejection.ts";

/**
 * JSON that says one thing to every reader: no key twice, no key that changes an object's nature, nothing escaped that
 * need not be, each number in its one form. Spaces and line breaks between the parts do not matter, nor does the order of
 * keys. Bounded in size, depth and number of parts before it is parsed.
 */

/** The largest receipt that a block of today's gas limits can hold takes a fifth of it. */
export const MAX_BYTES = 64 * 1024 * 1024;
const MAX_DEPTH = 8;
/** Of keys and items: a bundle has some two hundred. */
const MAX_PARTS = 10_000;
const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

/** @throws Rejection */
export function parseStrictly(bytes: Uint8Array): unknown {
  if (bytes.length > MAX_BYTES)
    throw new Rejection("TOO_LARGE", `${bytes.length} bytes, at most ${MAX_BYTES} are looked at`);
  const text = decodeText(bytes);
  const compact = withoutSpace(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Rejection("NOT_JSON", "it is not JSON", { cause });
  }
  refuseKeys(value);
  // What the parser dropped (a key's first value) or rewrote (escapes, forms of numbers) shows when it is written again.
  if (JSON.stringify(value) !== compact)
    throw new Rejection("AMBIGUOUS_JSON", "a key comes twice, or something is written in another way than it need be");
  return value;
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new Rejection("NOT_UTF8", "it is not UTF-8 text", { cause });
  }
}

const SPACE = " \t\r\n";

/** The text without the spaces between its parts; whether it is JSON is seen elsewhere. */
function withoutSpace(text: string): string {
  const kept: string[] = [];
  let depth = 0;
  let parts = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') at = endOfString(text, at);
    else if (char === "[" || char === "{") {
      if (++depth > MAX_DEPTH) throw new Rejection("TOO_DEEP", `it is deeper than ${MAX_DEPTH}`);
    } else if (char === "]" || char === "}") depth--;
    else if (char === ",") {
      if (++parts > MAX_PARTS) throw new Rejection("TOO_LARGE", `it has more than ${MAX_PARTS} parts`);
    } else if (SPACE.includes(char)) {
      if (at > from) kept.push(text.slice(from, at));
      from = at + 1;
    }
  }
  kept.push(text.slice(from));
  return kept.join("");
}

/** Where the quote is that ends the string which begins here; the text's end if none does. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "\\") at++;
    else if (char === '"') return at;
  }
  return text.length;
}

function refuseKeys(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (FORBIDDEN.has(key)) throw new Rejection("FORBIDDEN_KEY", `it has a key ${quote(key)}`);
    refuseKeys(inner);
  }
}
