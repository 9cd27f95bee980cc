import { createKeccak } from "hash-wasm";
import { EvidenceError } from "./errors.ts";

/**
 * Keccak-256 as Ethereum uses it (not SHA3-256), in WebAssembly. Why this package: docs/BENCHMARKS.md, "Hashing". One hasher
 * is enough: nothing here waits between `init` and `digest`.
 */
const hasher = await createKeccak(256);

export function keccak256(bytes: Uint8Array): Uint8Array {
  return hasher.init().update(bytes).digest("binary");
}

/** Hash, as 64 lower-case digits, of the bytes that hex digits (without `0x`) stand for. @throws EvidenceError */
export function hashDigits(digits: string): string {
  return hasher.init().update(bytesInScratch(digits)).digest("hex");
}

let scratch = Buffer.allocUnsafe(1 << 16);

/** Bytes of hex digits, valid until the next call. */
function bytesInScratch(digits: string): Uint8Array {
  const bytes = digits.length / 2;
  if (scratch.length < bytes) scratch = Buffer.allocUnsafe(digits.length);
  // Node stops at the first character that is not a hex digit, so the length tells whether all of them were. Beyond ASCII
  // it looks at a character's low byte alone, so that a letter of another alphabet can pass for a digit.
  if (scratch.write(digits, "hex") !== bytes || Buffer.byteLength(digits) !== digits.length)
    throw new EvidenceError("expected whole bytes of hex digits in what is hashed");
  return scratch.subarray(0, bytes);
}
