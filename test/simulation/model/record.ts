/** A grant's record and the rule of time, stated once more: nothing of indexer/ is used in here. docs/ARCHITECTURE.md. */

/** The record's fields, most significant first, with their widths in bits. */
const FIELDS = [
  ["grantedAt", 40n],
  ["notBefore", 40n],
  ["expiresAt", 40n],
  ["lockedUntil", 40n],
  ["revokedAt", 40n],
  ["retention", 32n],
  ["sequence", 16n],
  ["flags", 8n],
] as const;

export type Grant = Readonly<Record<(typeof FIELDS)[number][0], bigint>>;
export type State = "NONE" | "PENDING" | "ACTIVE" | "RETAINED" | "ENDED";

export const RELEASED = 1n;
export const HELD = 2n;
export const MAY_GRANT_ONWARD = 4n;
export const GRANTED_ONWARD = 8n;
export const NEVER = 2n ** 63n;

export const NO_GRANT: Grant = {
  ...{ grantedAt: 0n, notBefore: 0n, expiresAt: 0n, lockedUntil: 0n },
  ...{ revokedAt: 0n, retention: 0n, sequence: 0n, flags: 0n },
};

/** A word of 32 bytes from fields, the most significant first. */
export const packed = (fields: readonly (readonly [value: bigint, bits: bigint])[]): string =>
  `0x${fields
    .reduce((word, [value, bits]) => (word << bits) | value, 0n)
    .toString(16)
    .padStart(64, "0")}`;

export const wordOf = (grant: Grant): string => packed(FIELDS.map(([name, bits]) => [grant[name], bits]));

/** What the rule of time needs beside the record. */
export interface Bearings {
  readonly parentEnd: bigint;
  readonly holdUntil: bigint;
}

export function activeEnd({ expiresAt, revokedAt }: Grant, parentEnd: bigint): bigint {
  const ends = [expiresAt, revokedAt].filter((end) => end !== 0n);
  return ends.reduce((a, b) => (a < b ? a : b), parentEnd);
}

export function accessEnd(grant: Grant, { parentEnd, holdUntil }: Bearings): bigint {
  const end = activeEnd(grant, parentEnd);
  if (end === NEVER || end < grant.notBefore) return end;
  return [end + grant.retention, grant.lockedUntil, holdUntil].reduce((a, b) => (a > b ? a : b));
}

export function stateAt(grant: Grant, bearings: Bearings, t: bigint): State {
  if (grant.grantedAt === 0n) return "NONE";
  if (t < activeEnd(grant, bearings.parentEnd)) return t < grant.notBefore ? "PENDING" : "ACTIVE";
  return t < accessEnd(grant, bearings) ? "RETAINED" : "ENDED";
}
