import type { Encoding } from "./encodings.ts";
import { EvidenceError } from "./errors.ts";
import { DEPOSIT, RECEIPT_TYPES } from "./receipt.ts";
import { dataOf, decodeRlp, isBytes, listOf, quantityOf, type RlpItem } from "./rlpItem.ts";

/** What a log in a receipt says, as lower-case hex. */
export interface ReceiptLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}

/** A receipt of the trie, its fields named and written as in `eth_getBlockReceipts`. */
export interface DecodedReceipt {
  readonly type: string;
  /** Since Byzantium; before it the receipt has the state's `root`. */
  readonly status?: string;
  readonly root?: string;
  readonly cumulativeGasUsed: string;
  readonly logsBloom: string;
  readonly logs: readonly ReceiptLog[];
  /** Of deposits since Canyon. */
  readonly depositNonce?: string;
  readonly depositReceiptVersion?: string;
}

const MOST_TOPICS = 4;
/** Where the types of EIP-2718 end and the lists of RLP begin. */
const FIRST_LIST = 0xc0;

/** The inverse of `encodeReceipt`. @throws EvidenceError when these are not the bytes of just such a receipt. */
export function decodeReceipt(bytes: Uint8Array, encoding: Encoding): DecodedReceipt {
  const [first = 0] = bytes;
  const typed = first < FIRST_LIST;
  const type = typed ? first.toString(16).padStart(2, "0") : "";
  if (typed && !RECEIPT_TYPES[encoding].includes(type))
    throw new EvidenceError(`a receipt of type 0x${type}, whose encoding is not proven for ${encoding}`);
  const items = listOf(decodeRlp(typed ? bytes.subarray(1) : bytes, "the receipt"), "the receipt");
  const deposited = type === DEPOSIT && items.length === 6;
  if (items.length !== 4 && !deposited) throw new EvidenceError(`the receipt has ${items.length} fields, expected 4`);
  return {
    type: `0x${type.replace(/^0/, "") || "0"}`,
    ...outcomeOf(items[0]),
    cumulativeGasUsed: quantityOf(items[1], "cumulativeGasUsed", 8),
    logsBloom: dataOf(items[2], "logsBloom", 256),
    logs: listOf(items[3], "logs").map(decodeLog),
    ...(deposited
      ? {
          depositNonce: quantityOf(items[4], "depositNonce", 8),
          depositReceiptVersion: quantityOf(items[5], "depositReceiptVersion", 8),
        }
      : {}),
  };
}

function outcomeOf(item: RlpItem | undefined): { status: string } | { root: string } {
  if (isBytes(item) && item.length === 32) return { root: dataOf(item, "root") };
  const status = quantityOf(item, "status", 1);
  if (status !== "0x0" && status !== "0x1") throw new EvidenceError(`expected status 0 or 1, got ${status}`);
  return { status };
}

function decodeLog(item: RlpItem): ReceiptLog {
  const fields = listOf(item, "a log");
  if (fields.length !== 3) throw new EvidenceError(`a log has ${fields.length} fields, expected 3`);
  const topics = listOf(fields[1], "topics");
  if (topics.length > MOST_TOPICS) throw new EvidenceError(`a log has ${topics.length} topics`);
  return {
    address: dataOf(fields[0], "a log's address", 20),
    topics: topics.map((topic) => dataOf(topic, "a topic", 32)),
    data: dataOf(fields[2], "data"),
  };
}
