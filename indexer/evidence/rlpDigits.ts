/**
 * RLP (Yellow Paper, appendix B) over hex digits. JSON-RPC speaks hex and all that becomes of it is a hash: encoding the
 * digits and turning them into bytes once is several times faster than bytes first (docs/BENCHMARKS.md, "Hashing").
 * Whether all of them are digits is seen when they are hashed. Digits have no `0x`, and an even number.
 */

export function rlpString(digits: string): string {
  if (digits.length === 2 && digits < "80") return digits;
  return head(0x80, digits.length / 2) + digits;
}

/** @param payload the encoded items, one after the other. */
export const rlpList = (payload: string): string => head(0xc0, payload.length / 2) + payload;

function head(offset: number, length: number): string {
  if (length < 56) return (offset + length).toString(16);
  const text = length.toString(16);
  const digits = text.length % 2 === 0 ? text : `0${text}`;
  return (offset + 55 + digits.length / 2).toString(16) + digits;
}
