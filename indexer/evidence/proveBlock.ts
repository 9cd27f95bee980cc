import { proveHeader, proveReceipts } from "./block.ts";
import type { ProvenBlock } from "./buildBundle.ts";
import type { Encoding } from "./encodings.ts";
import { EvidenceError } from "./errors.ts";
import { encodeHeader } from "./header.ts";
import { asList, asObject, type JsonObject } from "./json.ts";
import { encodeReceipt } from "./receipt.ts";
import { encodeTransaction } from "./transaction.ts";
import { listRoot } from "./trie.ts";

/**
 * What evidence is made of, from what a node says of a block: `eth_getBlockByHash` with all transactions and
 * `eth_getBlockReceipts`.
 * @param hash lower-case `0x` text of the block that is meant.
 * @throws EvidenceError unless the fields hash to it and the receipts rebuild its root.
 */
export function proveBlock(hash: string, block: JsonObject, receipts: unknown, encoding: Encoding): ProvenBlock {
  const full = asList(block["transactions"], "transactions");
  const proven = proveHeader({ ...block, transactions: full.map(hashOf) }, encoding);
  if (String(block["hash"]).toLowerCase() !== hash)
    throw new EvidenceError(`asked for block ${hash}, got ${block["hash"]}`);
  const firstLogs: number[] = [];
  let logs = 0;
  const encoded = proveReceipts(proven, receipts, `block ${hash}`).map((receipt) => {
    firstLogs.push(logs);
    logs += asList(receipt["logs"], "logs").length;
    return encodeReceipt(receipt, encoding).toLowerCase();
  });
  const transactions = proveTransactions(full, String(block["transactionsRoot"]).toLowerCase(), encoding);
  return { encoding, hash, header: encodeHeader(block).toLowerCase(), receipts: encoded, transactions, firstLogs };
}

/** Of a transaction as an object, or as its hash alone. */
export const hashOf = (transaction: unknown): unknown =>
  typeof transaction === "string" ? transaction : asObject(transaction, "a transaction")["hash"];

/** Evidence is good without them, and some nodes leave out or add what others do not: so what does not fit is not used. */
function proveTransactions(full: readonly unknown[], root: string, encoding: Encoding): string[] | undefined {
  try {
    const encoded = full.map((transaction) => encodeTransaction(asObject(transaction, "a transaction"), encoding));
    return `0x${listRoot(encoded)}` === root ? encoded : undefined;
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}
