import { RECORD_FIELDS } from "../grants/record.ts";
import type { CopyBuffer } from "./copy.ts";

/** A record as columns, named alike in `event` and `access_grant`. */
export const RECORD_COLUMNS = [
  "granted_at",
  "not_before",
  "expires_at",
  "locked_until",
  "revoked_at",
  "retention",
  "sequence",
  "flags",
] as const;

/**
 * Copies the fields of a packed record into the fields of a row, in the order of RECORD_COLUMNS.
 * @param sequence width of that column in bytes: other contracts' sequences in `event` need more than a grant's.
 */
export function writeRecord(copy: CopyBuffer, record: Uint8Array, sequence: 4 | 8): void {
  const f = RECORD_FIELDS;
  for (const place of [f.grantedAt, f.notBefore, f.expiresAt, f.lockedUntil, f.revokedAt, f.retention])
    copy.uint(record, place, 8);
  copy.uint(record, f.sequence, sequence);
  copy.uint(record, f.flags, 2);
}
