import type { GrantChange } from "./changes.ts";
import type { CopyBuffer } from "./copy.ts";
import { RECORD_COLUMNS, writeRecord } from "./recordColumns.ts";

/** Rows of `access_grant` for COPY, in the order of the fields written below. */

export const KEY_COLUMNS = ["credential", "grantee", "purpose", "chain_id", "contract"] as const;
export const VALUE_COLUMNS = [
  "holder",
  "issuer",
  "seal",
  ...RECORD_COLUMNS,
  "seq",
  "block_number",
  "block_time",
  "reason",
  "hold_until",
] as const;
/** Only a grant event carries these. */
export const TERMS_COLUMNS = ["legal_basis", "context"] as const;

const COLUMNS = [...KEY_COLUMNS, ...VALUE_COLUMNS, ...TERMS_COLUMNS];

export const COPY_CREATED_SQL = `COPY access_grant (${COLUMNS.join(", ")}) FROM STDIN (FORMAT binary)`;
export const COPY_CHANGED_SQL = `COPY changed_grant (${COLUMNS.join(", ")}, first_sequence) FROM STDIN (FORMAT binary)`;

export function writeCreatedRow(copy: CopyBuffer, chainId: bigint, change: GrantChange): void {
  copy.row(COLUMNS.length);
  writeGrant(copy, chainId, change);
}

export function writeChangedRow(copy: CopyBuffer, chainId: bigint, change: GrantChange): void {
  copy.row(COLUMNS.length + 1);
  writeGrant(copy, chainId, change);
  copy.int4(change.firstSequence);
}

function writeGrant(copy: CopyBuffer, chainId: bigint, change: GrantChange): void {
  const { newest, terms } = change;
  copy.bytea(newest.credential);
  copy.bytea(newest.grantee);
  copy.int4(newest.purpose);
  copy.int8(chainId);
  copy.bytea(change.contract);
  copy.bytea(newest.holder);
  copy.bytea(newest.issuer);
  copy.bytea(newest.seal);
  writeRecord(copy, newest.record, 4);
  copy.int8(change.seq);
  copy.int8(change.log.blockNumber);
  copy.int8(change.blockTime);
  if (newest.kind === "GRANTED") copy.null();
  else copy.int2(newest.code);
  copy.int8(0n);
  if (terms === undefined) {
    copy.null();
    copy.null();
  } else {
    copy.int2(terms.legalBasis);
    copy.bytea(terms.context);
  }
}
