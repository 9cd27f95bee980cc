import type { Address } from "../grants/bytes.ts";
import type { TimedLog } from "../sync/attach.ts";
import type { CopyBuffer } from "./copy.ts";
import { type DecodedEvent, hexBytes, type UndecodedEvent } from "./decode.ts";
import { RECORD_COLUMNS, writeRecord } from "./recordColumns.ts";

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
  ...RECORD_COLUMNS,
] as const;

export const COPY_EVENTS_SQL = `COPY event (${COLUMNS.join(", ")}) FROM STDIN (FORMAT binary)`;
const DECODED_FIELDS = COLUMNS.length - COLUMNS.indexOf("credential");

/** Where and when we learned of an event. */
export interface Learned {
  readonly chainId: bigint;
  readonly seq: bigint;
  /** Microseconds since the unix epoch. */
  readonly at: bigint;
}

/** Writes the row of one event. */
export function writeEventRow(
  copy: CopyBuffer,
  { log, blockTime }: TimedLog,
  contract: Address,
  event: DecodedEvent | UndecodedEvent,
  learned: Learned,
): void {
  const hashes = hexBytes([log.blockHash, log.transactionHash]);
  copy.row(COLUMNS.length);
  copy.int8(learned.chainId);
  copy.int8(learned.seq);
  copy.int8(log.blockNumber);
  copy.bytea(hashes.subarray(0, 32));
  copy.int8(blockTime);
  copy.int4(log.transactionIndex);
  copy.int4(log.logIndex);
  copy.bytea(hashes.subarray(32));
  copy.bytea(contract);
  copy.timestamptz(learned.at);
  copy.text("LINKED");
  writeContent(copy, event);
}

function writeContent(copy: CopyBuffer, event: DecodedEvent | UndecodedEvent): void {
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
  writeRecord(copy, event.record, 8);
}
