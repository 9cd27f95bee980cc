import type { GrantRecord, UnixTime } from "./record.ts";

/**
 * The rule of time: what a grant allows at a moment. Total over every record and every `t`, and the same in Solidity
 * (`contracts/types/GrantRecord.sol`) and SQL (`grant_state` in the migrations); docs/ARCHITECTURE.md has the reasons.
 */

export const GRANT_STATES = ["NONE", "PENDING", "ACTIVE", "RETAINED", "ENDED"] as const;
export type GrantState = (typeof GRANT_STATES)[number];

/** Later than every moment of 40 bits: the end of something without an end. */
export const NEVER: UnixTime = 2n ** 64n - 1n;

/** When reading for the purpose ends: the earlier of the agreed end and the act that ended it, else {@link NEVER}. */
export function activeEnd(record: Pick<GrantRecord, "expiresAt" | "revokedAt">): UnixTime {
  const expires = record.expiresAt === 0n ? NEVER : record.expiresAt;
  const revoked = record.revokedAt === 0n ? NEVER : record.revokedAt;
  return expires < revoked ? expires : revoked;
}

/** When all access ends, record keeping included. A grant that ended before its start has nothing to keep. */
export function accessEnd(
  record: Pick<GrantRecord, "notBefore" | "expiresAt" | "lockedUntil" | "revokedAt" | "retention">,
): UnixTime {
  const end = activeEnd(record);
  if (end === NEVER || end < record.notBefore) return end;
  const kept = end + record.retention;
  return kept > record.lockedUntil ? kept : record.lockedUntil;
}

export function stateAt(record: GrantRecord, t: UnixTime): GrantState {
  if (record.grantedAt === 0n) return "NONE";
  const end = activeEnd(record);
  if (t < record.notBefore && t < end) return "PENDING";
  if (t < end) return "ACTIVE";
  return t < accessEnd(record) ? "RETAINED" : "ENDED";
}

/** The next moment after `t` at which the state changes by itself, {@link NEVER} if it does not. */
export function nextChange(record: GrantRecord, t: UnixTime): UnixTime {
  switch (stateAt(record, t)) {
    case "PENDING": {
      const end = activeEnd(record);
      return end < record.notBefore ? end : record.notBefore;
    }
    case "ACTIVE":
      return activeEnd(record);
    case "RETAINED":
      return accessEnd(record);
    default:
      return NEVER;
  }
}
