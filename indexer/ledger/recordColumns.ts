import { type GrantRecord, RECORD_FIELDS } from "../grants/record.ts";
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

/** The columns as the driver gives them; wide ones as text. */
export interface RecordRow {
  readonly granted_at: string;
  readonly not_before: string;
  readonly expires_at: string;
  readonly locked_until: string;
  readonly revoked_at: string;
  readonly retention: string;
  readonly sequence: string;
  readonly flags: number;
}

export const toRecord = (row: RecordRow): GrantRecord => ({
  grantedAt: BigInt(row.granted_at),
  notBefore: BigInt(row.not_before),
  expiresAt: BigInt(row.expires_at),
  lockedUntil: BigInt(row.locked_until),
  revokedAt: BigInt(row.revoked_at),
  retention: BigInt(row.retention),
  sequence: Number(row.sequence),
  flags: row.flags,
});

/** The end of something without an end, see the functions of the first migration. */
export const SQL_NEVER = 2n ** 63n - 1n;

const F = RECORD_FIELDS;

/**
 * Copies the fields of the packed record that begins at `at` into the fields of a row, in the order of RECORD_COLUMNS.
 * @param sequence width of that column in bytes: other contracts' sequences in `event` need more than a grant's.
 */
export function writeRecord(copy: CopyBuffer, bytes: Uint8Array, at: number, sequence: 4 | 8): void {
  copy.uint(bytes, at + F.grantedAt[0], F.grantedAt[1], 8);
  copy.uint(bytes, at + F.notBefore[0], F.notBefore[1], 8);
  copy.uint(bytes, at + F.expiresAt[0], F.expiresAt[1], 8);
  copy.uint(bytes, at + F.lockedUntil[0], F.lockedUntil[1], 8);
  copy.uint(bytes, at + F.revokedAt[0], F.revokedAt[1], 8);
  copy.uint(bytes, at + F.retention[0], F.retention[1], 8);
  copy.uint(bytes, at + F.sequence[0], F.sequence[1], sequence);
  copy.uint(bytes, at + F.flags[0], F.flags[1], 2);
}
