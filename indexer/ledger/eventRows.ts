import type { Address } from "../grants/bytes.ts";
import { CREDENTIAL_RECORD_FIELDS } from "../grants/credentialRecord.ts";
import type { TimedLog } from "../sync/attach.ts";
import type { CopyBuffer } from "./copy.ts";
import { type DecodedEvent, hexBytes, type UndecodedEvent } from "./decode.ts";
import type { GrantEvent } from "./decodeGrant.ts";
import type { CredentialEvent, EntityEvent, GovernanceEvent } from "./decodeRegistry.ts";
import { RECORD_COLUMNS, writeRecord } from "./recordColumns.ts";

/** Rows of `event` for COPY. The order of COLUMNS is the order of the fields written below. */

const COLUMNS = [
  ...["chain_id", "seq", "block_number", "block_hash", "block_time", "tx_index", "log_index", "tx_hash", "contract"],
  ...["learned_at", "verification", "kind", "raw_topics", "raw_data"],
  // What an event says, from here on.
  ...["credential", "holder", "grantee", "issuer", "seal", "purpose", "legal_basis", "reason", "context"],
  ...RECORD_COLUMNS,
  ...["grantor", "parent_granted_at", "authority", "hold_until", "account", "operation"],
];

/** @param table one with the columns of `event`. */
export const copyEventsSql = (table: string): string =>
  `COPY ${table} (${COLUMNS.join(", ")}) FROM STDIN (FORMAT binary)`;
export const COPY_EVENTS_SQL = copyEventsSql("event");

/** What a chain says of an event, without what only the ledger knows. */
export const SAID_COLUMNS = COLUMNS.filter((column) => !["seq", "learned_at", "verification"].includes(column));

const at = (column: string): number => COLUMNS.indexOf(column);
/** Columns from the first to before the second. */
const between = (from: string, to: string): number => at(to) - at(from);
const CONTENT = COLUMNS.length - at("credential");
/** Of an event of AccessGrants that is neither onward nor about a hold. */
const AFTER_RECORD = CONTENT - between("credential", "grantor");

/** Where and when we learned of an event. */
export interface Learned {
  readonly chainId: bigint;
  readonly seq: bigint;
  /** Microseconds since the unix epoch. */
  readonly at: bigint;
}

/** Labels as bytes, each made once. */
const labels = new Map<string, Uint8Array>();
function label(text: string): Uint8Array {
  const known = labels.get(text) ?? Uint8Array.from(Buffer.from(text, "ascii"));
  labels.set(text, known);
  return known;
}

/** Writes rows of one batch. */
export class EventRows {
  readonly #copy: CopyBuffer;
  readonly #learned: Learned;
  readonly #block = new LastHash();
  readonly #transaction = new LastHash();

  /** @param learned of every row; `seq` is given with each. */
  constructor(copy: CopyBuffer, learned: Learned) {
    this.#copy = copy;
    this.#learned = learned;
  }

  write(
    { log, blockTime, verification }: TimedLog,
    contract: Address,
    event: DecodedEvent | UndecodedEvent,
    seq: bigint,
  ): void {
    const copy = this.#copy;
    copy.row(COLUMNS.length);
    copy.int8(this.#learned.chainId);
    copy.int8(seq);
    copy.int8(log.blockNumber);
    copy.bytea(this.#block.bytesOf(log.blockHash));
    copy.int8(blockTime);
    copy.int4(log.transactionIndex);
    copy.int4(log.logIndex);
    copy.bytea(this.#transaction.bytesOf(log.transactionHash));
    copy.bytea(contract);
    copy.timestamptz(this.#learned.at);
    copy.bytea(label(verification));
    copy.bytea(label(event.kind));
    if (event.raw === undefined) copy.nulls(2);
    else {
      copy.bytea(event.raw.topics);
      copy.bytea(event.raw.data);
    }
    writeContent(copy, event);
  }
}

/** Many logs of a block and of a transaction follow each other: its hash is read from hex once. */
class LastHash {
  #text = "";
  #bytes: Uint8Array = new Uint8Array(0);

  bytesOf(text: string): Uint8Array {
    if (text !== this.#text) {
      this.#bytes = hexBytes([text]);
      this.#text = text;
    }
    return this.#bytes;
  }
}

function writeContent(copy: CopyBuffer, event: DecodedEvent | UndecodedEvent): void {
  if ("grantee" in event) writeGrant(copy, event);
  else if ("credential" in event) writeCredential(copy, event);
  else if ("sequence" in event) writeEntity(copy, event);
  else if ("values" in event) writeGovernance(copy, event);
  else copy.nulls(CONTENT);
}

function writeGrant(copy: CopyBuffer, event: GrantEvent): void {
  const { bytes, contextAt } = event;
  copy.slice(bytes, event.credentialAt, 32);
  copy.slice(bytes, event.holderAt, 20);
  copy.slice(bytes, event.granteeAt, 20);
  copy.slice(bytes, event.issuerAt, 20);
  copy.slice(bytes, event.sealAt, 32);
  copy.int4(event.purpose);
  writeCode(copy, event.legalBasis);
  writeCode(copy, event.reason);
  if (contextAt === undefined) copy.null();
  else copy.slice(bytes, contextAt, 32);
  writeRecord(copy, bytes, event.recordAt, 8);
  const { onward, hold } = event;
  if (onward === undefined && hold === undefined) copy.nulls(AFTER_RECORD);
  else {
    writeBytes(copy, onward?.grantor);
    writeTime(copy, onward?.parentGrantedAt);
    writeBytes(copy, hold?.authority);
    writeTime(copy, hold?.holdUntil);
    copy.nulls(between("account", "operation") + 1);
  }
}

function writeCredential(copy: CopyBuffer, event: CredentialEvent): void {
  copy.bytea(event.credential);
  copy.bytea(event.holder);
  copy.null();
  copy.bytea(event.issuer);
  copy.bytea(event.seal);
  copy.nulls(between("purpose", "reason"));
  writeCode(copy, event.reason);
  copy.nulls(between("context", "sequence"));
  copy.uint(event.record, ...CREDENTIAL_RECORD_FIELDS.sequence, 8);
  copy.nulls(CONTENT - between("credential", "flags"));
}

function writeEntity(copy: CopyBuffer, event: EntityEvent): void {
  copy.nulls(between("credential", "reason"));
  writeCode(copy, event.reason);
  copy.nulls(between("context", "sequence"));
  copy.int8(BigInt(event.sequence));
  copy.nulls(between("flags", "account"));
  copy.bytea(event.account);
  copy.null();
}

function writeGovernance(copy: CopyBuffer, event: GovernanceEvent): void {
  copy.nulls(between("credential", "account"));
  writeBytes(copy, event.account);
  writeBytes(copy, event.operation);
}

function writeCode(copy: CopyBuffer, code: number | undefined): void {
  if (code === undefined) copy.null();
  else copy.int2(code);
}

function writeBytes(copy: CopyBuffer, bytes: Uint8Array | undefined): void {
  if (bytes === undefined) copy.null();
  else copy.bytea(bytes);
}

function writeTime(copy: CopyBuffer, time: bigint | undefined): void {
  if (time === undefined) copy.null();
  else copy.int8(time);
}
