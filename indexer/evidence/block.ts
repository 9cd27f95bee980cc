import type { Encoding } from "./encodings.ts";
import { EvidenceError } from "./errors.ts";
import { headerHash } from "./header.ts";
import { asList, asObject, fixedDigits, type JsonObject } from "./json.ts";
import { encodeReceipt } from "./receipt.ts";
import { listRoot } from "./trie.ts";

/** What a header whose hash was recomputed says about the receipts of its block. */
export interface Proven {
  readonly encoding: Encoding;
  /** 64 lower-case digits. */
  readonly receiptsRoot: string;
  /** Upper bound of what the block did, and so of how large its receipts are. */
  readonly gasUsed: number;
  /** The node's list: the header commits to the transactions, not to their hashes. Lower-case, with `0x`. */
  readonly transactions: readonly string[];
}

/**
 * Recomputes the hash of a block of `eth_getBlockBy…` from its fields.
 * @throws EvidenceError when it is not the hash that the block claims.
 */
export function proveHeader(block: JsonObject, encoding: Encoding): Proven {
  const hash = headerHash(block);
  if (fixedDigits(block["hash"], 32, "hash").toLowerCase() !== hash)
    throw new EvidenceError(`block ${block["number"]}: it claims hash ${block["hash"]}, its fields hash to 0x${hash}`);
  return claimsOf(block, encoding);
}

/** What a block of `eth_getBlockBy…` says about its receipts, whether or not its hash was recomputed. */
export function claimsOf(block: JsonObject, encoding: Encoding): Proven {
  const transactions = asList(block["transactions"], "transactions").map((each) => {
    fixedDigits(each, 32, "a transaction's hash");
    return (each as string).toLowerCase();
  });
  return {
    encoding,
    receiptsRoot: fixedDigits(block["receiptsRoot"], 32, "receiptsRoot").toLowerCase(),
    gasUsed: Number(block["gasUsed"]),
    transactions,
  };
}

/** The receipts of `eth_getBlockReceipts` as they came. */
export const receiptList = (receipts: unknown, name: string): readonly JsonObject[] =>
  asList(receipts, `the receipts of ${name}`).map((receipt) => asObject(receipt, "a receipt"));

/**
 * Rebuilds the block's receipts root from the receipts of `eth_getBlockReceipts`.
 * @param name of the block, for people.
 * @throws EvidenceError unless these are all of the block's receipts, in order and unaltered.
 */
export function proveReceipts(proven: Proven, receipts: unknown, name: string): readonly JsonObject[] {
  const given = receiptList(receipts, name);
  const root = listRoot(given.map((receipt) => encodeReceipt(receipt, proven.encoding)));
  if (root !== proven.receiptsRoot)
    throw new EvidenceError(
      `${name}: its ${given.length} receipts have root 0x${root}, its header says 0x${proven.receiptsRoot}`,
    );
  // The root does not cover which transaction a receipt is of: block and receipts have to agree on that.
  const strange = given.findIndex(
    (receipt, i) => String(receipt["transactionHash"]).toLowerCase() !== proven.transactions[i],
  );
  if (strange >= 0 || given.length !== proven.transactions.length)
    throw new EvidenceError(`${name}: the receipts are not of the block's ${proven.transactions.length} transactions`);
  return given;
}
