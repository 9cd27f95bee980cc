import { fromHex, toAddress, toHex } from "../grants/bytes.ts";
import { packRecord } from "../grants/record.ts";
import { BugError } from "../ops/errors.ts";
import type { Contracts } from "./batch.ts";
import type { Origin } from "./changes.ts";
import { type DecodedEvent, decodeRaw, type UndecodedEvent } from "./decode.ts";
import { GrantEvent, TOPICS_LENGTH } from "./decodeGrant.ts";
import { EVENT_LAYOUTS } from "./layout.ts";
import { RECORD_COLUMNS, type RecordRow, toRecord } from "./recordColumns.ts";

const WORD = 32;

/** Events as the ledger kept them, decoded again: from their bytes, or from the columns that hold every byte of them. */

export const STORED_COLUMNS = [
  ...["seq", "block_number", "block_time", "tx_hash", "contract", "kind::text", "raw_topics", "raw_data"],
  ...["credential", "holder", "grantee", "issuer", "seal", "purpose", "legal_basis", "reason", "context"],
  ...RECORD_COLUMNS,
].join(", ");

/** int8 comes as text. */
export interface StoredRow {
  readonly seq: string;
  readonly block_number: string;
  readonly block_time: string;
  readonly tx_hash: Buffer;
  readonly contract: Buffer;
  readonly kind: string;
  readonly raw_topics: Buffer | null;
  readonly raw_data: Buffer | null;
}

type GrantColumns = Record<"credential" | "holder" | "grantee" | "issuer" | "seal", Buffer> &
  RecordRow & {
    readonly purpose: number;
    readonly legal_basis: number | null;
    readonly reason: number | null;
    readonly context: Buffer | null;
  };

export function originOf(row: StoredRow): Origin {
  return {
    log: {
      address: toHex(row.contract),
      transactionHash: toHex(row.tx_hash),
      blockNumber: BigInt(row.block_number),
    },
    blockTime: BigInt(row.block_time),
    contract: toAddress(row.contract),
    seq: BigInt(row.seq),
  };
}

/** @throws BugError when what was decoded once no longer is. */
export function storedEvent(contracts: Contracts, row: StoredRow): DecodedEvent | UndecodedEvent {
  if (row.raw_topics === null || row.raw_data === null) return fromColumns(row as StoredRow & GrantColumns);
  const contract = contracts.get(toHex(row.contract));
  if (contract === undefined) throw new BugError(`event ${row.seq} is of ${toHex(row.contract)}, which is not indexed`);
  const event = decodeRaw(contract.name, { topics: row.raw_topics, data: row.raw_data });
  if (event.kind !== row.kind) throw new BugError(`event ${row.seq} was ${row.kind} and now decodes as ${event.kind}`);
  return event;
}

/** The log of an event whose columns hold every byte of it, written anew. */
function fromColumns(row: StoredRow & GrantColumns): GrantEvent {
  const layout = EVENT_LAYOUTS.find(({ kind }) => kind === row.kind);
  if (layout?.inColumns !== true) throw new BugError(`event ${row.seq} is ${row.kind} and was kept without its bytes`);
  const { words } = layout;
  const log = Buffer.alloc(TOPICS_LENGTH + layout.length * WORD);
  const put = (word: number, value: Uint8Array): void => log.set(value, (word + 1) * WORD - value.length);
  const inData = (word: number | undefined, value: Uint8Array): void => {
    if (word !== undefined) put(TOPICS_LENGTH / WORD + word, value);
  };
  put(0, fromHex(layout.topic));
  put(1, row.credential);
  put(2, row.holder);
  put(3, row.grantee);
  inData(words.issuer, row.issuer);
  inData(words.seal, row.seal);
  inData(words.purpose, Uint8Array.of(row.purpose >> 8, row.purpose & 0xff));
  inData(words.legalBasis, Uint8Array.of(row.legal_basis ?? 0));
  inData(words.reason, Uint8Array.of(row.reason ?? 0));
  inData(words.context, row.context ?? new Uint8Array(0));
  inData(words.record, packRecord(toRecord(row)));
  return new GrantEvent(layout, log, 0);
}
