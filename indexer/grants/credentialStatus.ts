import type { CredentialRecord } from "./credentialRecord.ts";
import type { UnixTime } from "./record.ts";

/**
 * What a credential is worth at a moment. Total over every record and every `t`, and the same in Solidity
 * (`contracts/types/CredentialRecord.sol`) and SQL (`credential_status` in the migrations).
 */

/** In the order of precedence, the strongest last. */
export const CREDENTIAL_STATUSES = [
  "NOT_ANCHORED",
  "VALID",
  "NOT_YET_VALID",
  "EXPIRED",
  "SUPERSEDED",
  "WITHDRAWN",
  "REVOKED",
] as const;
export type CredentialStatus = (typeof CREDENTIAL_STATUSES)[number];

/** An end decides whether or not the anchor is there: a revocation that was carried here first stands. */
export function statusAt(record: CredentialRecord, t: UnixTime): CredentialStatus {
  const reached = (moment: UnixTime): boolean => moment !== 0n && moment <= t;
  if (reached(record.revokedAt)) return "REVOKED";
  if (reached(record.withdrawnAt)) return "WITHDRAWN";
  if (reached(record.supersededAt)) return "SUPERSEDED";
  if (!reached(record.anchoredAt)) return "NOT_ANCHORED";
  if (reached(record.validUntil)) return "EXPIRED";
  return t < record.validFrom ? "NOT_YET_VALID" : "VALID";
}
