import { RECORD_FIELDS } from "../grants/record.ts";
import type { RawLog } from "../rpc/answers.ts";
import type { TimedLog } from "../sync/attach.ts";
import { CopyBuffer } from "./copy.ts";
import { decodeLog, hexBytes } from "./decode.ts";

/** Rows of `event` for COPY. The order of COLUMNS is the order of the fields written below. */

const COLUMNS = [
  "chain_id",
  "seq",
  "block_number",
  "block_hash",
  "block_time",
  "tx_index",
  "log_index",
  "tx_hash",
  "contract",
  "learned_at",
  "verification",
  "kind",
  "raw_topics",
  "raw_data",
  "credential",
  "holder",
  "grantee",
  "issuer",
  "seal",
  "purpose",
  "legal_basis",
  "reason",
  "context",
  "granted_at",
  "not_before",
  "expires_at",
  "locked_until",
  "revoked_at",
  "retention",
  "sequence",
  "flags",
] as const;

export const COPY_EVENTS_SQL = `COPY event (${COLUMNS.join(", ")}) FROM STDIN (FORMAT binary)`;
const DECODED_FIELDS = COLUMNS.length - COLUMNS.indexOf("credential");

/**
 * @param firstSeq `event.seq` of the first log; the others follow without gaps.
 * @param learnedAt knowledge time in microseconds since the unix epoch.
 */
export function eventRows(chainId: bigint, firstSeq: bigint, learnedAt: bigint, logs: readonly TimedLog[]): Buffer {
  const copy = new CopyBuffer(Math.max(1 << 12, logs.length * 640));
  let seq = firstSeq;
  for (const { log, blockTime } of logs) {
    const [blockHash, txHash, contract] = fixedBytes(log);
    copy.row(COLUMNS.length);
    copy.int8(chainId);
    copy.int8(seq++);
    copy.int8(log.blockNumber);
    copy.bytea(blockHash);
    copy.int8(blockTime);
    copy.int4(log.transactionIndex);
    copy.int4(log.logIndex);
    copy.bytea(txHash);
    copy.bytea(contract);
    copy.timestamptz(learnedAt);
    copy.text("LINKED");
    writeContent(copy, log);
  }
  return copy.finish();
}

function fixedBytes(log: RawLog): [blockHash: Buffer, txHash: Buffer, contract: Buffer] {
  const bytes = hexBytes([log.blockHash, log.transactionHash, log.address]);
  return [bytes.subarray(0, 32), bytes.subarray(32, 64), bytes.subarray(64)];
}

function writeContent(copy: CopyBuffer, log: RawLog): void {
  const event = decodeLog(log);
  copy.text(event.kind);
  if (event.kind === "UNDECODED") {
    copy.bytea(event.topics);
    copy.bytea(event.data);
    for (let i = 0; i < DECODED_FIELDS; i++) copy.null();
    return;
  }
  copy.null();
  copy.null();
  copy.bytea(event.credential);
  copy.bytea(event.holder);
  copy.bytea(event.grantee);
  copy.bytea(event.issuer);
  copy.bytea(event.seal);
  copy.int4(event.purpose);
  if (event.kind === "GRANTED") {
    copy.int2(event.code);
    copy.null();
  } else {
    copy.null();
    copy.int2(event.code);
  }
  if (event.context === undefined) copy.null();
  else copy.bytea(event.context);
  for (const field of RECORD_INT8) copy.uint(event.record, RECORD_FIELDS[field], 8);
  copy.uint(event.record, RECORD_FIELDS.sequence, 4);
  copy.uint(event.record, RECORD_FIELDS.flags, 2);
}

const RECORD_INT8 = ["grantedAt", "notBefore", "expiresAt", "lockedUntil", "revokedAt", "retention"] as const;
