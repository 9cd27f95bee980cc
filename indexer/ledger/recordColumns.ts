import { RECORD_FIELDS } from "../grants/record.ts";
import type { CopyBuffer } from "./copy.ts";

/** A record as columns, the same in `event` and `access_grant`. */
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

/** Copies the fields of a packed record into the fields of a row, in the order of RECORD_COLUMNS. */
export function writeRecord(copy: CopyBuffer, record: Uint8Array): void {
  const f = RECORD_FIELDS;
  for (const place of [f.grantedAt, f.notBefore, f.expiresAt, f.lockedUntil, f.revokedAt, f.retention])
    copy.uint(record, place, 8);
  copy.uint(record, f.sequence, 4);
  copy.uint(record, f.flags, 2);
}
