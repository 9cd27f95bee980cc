import type { GrantRecord, UnixTime } from "./record.ts";

/**
 * The rule of time: what a grant allows at a moment. Total over every record and every `t`, and the same in Solidity
 * (`contracts/types/GrantRecord.sol`) and SQL (`grant_state` in the migrations); docs/ARCHITECTURE.md has the reasons.
 */

export const GRANT_STATES = ["NONE", "PENDING", "ACTIVE", "RETAINED", "ENDED"] as const;
export type GrantState = (typeof GRANT_STATES)[number];

/** Later than every moment of 40 bits: the end of something without an end. */
export const NEVER: UnixTime = 2n ** 64n - 1n;

/** What the rule needs beside the record. */
export interface Bearings {
  /** When the grant under which this one was granted onward stops being active; {@link NEVER} if it has no parent. */
  readonly parentEnd: UnixTime;
  /** The latest of the legal holds, 0 if there is none. */
  readonly holdUntil: UnixTime;
}

/** Those of a grant that has no parent and is not held. */
export const NO_BEARINGS: Bearings = { parentEnd: NEVER, holdUntil: 0n };

/** When reading for the purpose ends: the earliest of the agreed end, the act that ended it and the parent's end. */
export function activeEnd(
  record: Pick<GrantRecord, "expiresAt" | "revokedAt">,
  { parentEnd }: Pick<Bearings, "parentEnd"> = NO_BEARINGS,
): UnixTime {
  let end = parentEnd;
  if (record.expiresAt !== 0n && record.expiresAt < end) end = record.expiresAt;
  if (record.revokedAt !== 0n && record.revokedAt < end) end = record.revokedAt;
  return end;
}

/** When all access ends, record keeping included. A grant that ended before its start has nothing to keep. */
export function accessEnd(
  record: Pick<GrantRecord, "notBefore" | "expiresAt" | "lockedUntil" | "revokedAt" | "retention">,
  bearings: Bearings = NO_BEARINGS,
): UnixTime {
  let end = activeEnd(record, bearings);
  if (end === NEVER || end < record.notBefore) return end;
  end += record.retention;
  if (end < record.lockedUntil) end = record.lockedUntil;
  return end < bearings.holdUntil ? bearings.holdUntil : end;
}

export function stateAt(record: GrantRecord, t: UnixTime, bearings: Bearings = NO_BEARINGS): GrantState {
  if (record.grantedAt === 0n) return "NONE";
  if (t < activeEnd(record, bearings)) return t < record.notBefore ? "PENDING" : "ACTIVE";
  return t < accessEnd(record, bearings) ? "RETAINED" : "ENDED";
}

/** The next moment after `t` at which the state changes by itself, {@link NEVER} if it does not. */
export function nextChange(record: GrantRecord, t: UnixTime, bearings: Bearings = NO_BEARINGS): UnixTime {
  switch (stateAt(record, t, bearings)) {
    case "PENDING": {
      const end = activeEnd(record, bearings);
      return end < record.notBefore ? end : record.notBefore;
    }
    case "ACTIVE":
      return activeEnd(record, bearings);
    case "RETAINED":
      return accessEnd(record, bearings);
    default:
      return NEVER;
  }
}
