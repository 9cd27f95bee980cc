import { fromHex, sameBytes, toHex } from "../grants/bytes.ts";
import { caip2 } from "../grants/caip.ts";
import type { Bundle } from "./bundle.ts";
import { keccak256 } from "./keccak.ts";
import { verifyProof } from "./proof.ts";
import { Rejection, rejecting } from "./rejection.ts";
import { decodeTransaction } from "./transaction.ts";

/**
 * The transaction, where there is one: the header's root commits to it at the receipt's place, and it is of the chain that is
 * named, unless it could be of any.
 */
export function verifyTransaction(bundle: Bundle, root: Uint8Array): void {
  const { transaction, receipt, chain, encoding, claims } = bundle;
  if (transaction === null) return;
  const proven = rejecting("TRANSACTION_PROOF", () => verifyProof(root, receipt.index, transaction.proof.map(fromHex)));
  if (!sameBytes(proven, fromHex(transaction.rlp)))
    throw new Rejection("TRANSACTION", "the transaction is not the one that the proof leads to");
  const hash = toHex(keccak256(proven));
  if (hash !== transaction.hash || hash !== claims.transactionHash)
    throw new Rejection("TRANSACTION", `the transaction's hash is ${hash}`);
  const { type, chainId } = rejecting("TRANSACTION", () => decodeTransaction(proven, encoding));
  if (type !== receipt.type)
    throw new Rejection("TRANSACTION", `the transaction is of type ${type}, its receipt of ${receipt.type}`);
  const signedFor = chainId === null ? null : caip2(chainId);
  if (signedFor !== transaction.signedFor)
    throw new Rejection("TRANSACTION", `the transaction was signed for ${signedFor ?? "any chain"}`);
  if (signedFor !== null && signedFor !== chain)
    throw new Rejection("CHAIN", `the transaction was signed for ${signedFor}, the bundle names ${chain}`);
}
