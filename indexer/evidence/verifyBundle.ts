import { fromHex, sameBytes } from "../grants/bytes.ts";
import { type Bundle, bundleSchema, digestOf, FORMAT, VERSION } from "./bundle.ts";
import { decodeHeader } from "./decodeHeader.ts";
import { type DecodedReceipt, decodeReceipt } from "./decodeReceipt.ts";
import { keccak256 } from "./keccak.ts";
import { verifyProof } from "./proof.ts";
import { Rejection, rejecting } from "./rejection.ts";
import { parseStrictly } from "./strictJson.ts";
import { verifyBloom } from "./verifyBloom.ts";
import { verifyEvent } from "./verifyEvent.ts";
import { verifyTransaction } from "./verifyTransaction.ts";

/**
 * Checks evidence of an event, with nothing but the evidence: every claim that can be recomputed is, from the bytes that
 * hash to the block's hash.
 * @param bytes of a bundle's JSON text.
 * @returns the bundle, of which everything but `claims` and what is named in docs/EVIDENCE.md follows from the block's hash.
 * @throws Rejection for whatever is not exactly what it says it is.
 */
export function verifyBundle(bytes: Uint8Array): Bundle {
  const bundle = shaped(parseStrictly(bytes));
  if (digestOf(bundle) !== bundle.digest)
    throw new Rejection("DIGEST", "the digest is not that of the bundle: it was damaged or altered");
  const header = verifyHeader(bundle);
  const receipt = verifyReceipt(bundle, fromHex(header["receiptsRoot"] ?? "0x"));
  verifyTransaction(bundle, fromHex(header["transactionsRoot"] ?? "0x"));
  verifyBloom(header["logsBloom"] ?? "0x", receipt);
  verifyLog(bundle, receipt);
  verifyEvent(bundle);
  verifyClaims(bundle);
  return bundle;
}

function shaped(value: unknown): Bundle {
  const given = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  if (given["format"] !== FORMAT) throw new Rejection("NOT_A_BUNDLE", `its format is not ${JSON.stringify(FORMAT)}`);
  if (given["version"] !== VERSION)
    throw new Rejection("UNKNOWN_VERSION", `its version is ${JSON.stringify(given["version"])}, known is ${VERSION}`);
  const parsed = bundleSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Rejection("SHAPE", `${issue?.path.join(".") || "the bundle"}: ${issue?.message}`);
}

/** The header's fields, which hash to the block's hash. */
function verifyHeader({ block }: Bundle): Readonly<Record<string, string>> {
  const rlp = fromHex(block.rlp);
  if (!sameBytes(keccak256(rlp), fromHex(block.hash)))
    throw new Rejection("BLOCK_HASH", `the header does not hash to ${block.hash}`);
  const header = rejecting("HEADER_ENCODING", () => decodeHeader(rlp));
  for (const name of Object.keys({ ...header, ...block.header }))
    if (header[name] !== block.header[name])
      throw new Rejection("HEADER_FIELDS", `${name} is ${header[name] ?? "not there"} in the header that was hashed`);
  for (const [name, field] of [["number", "number"] as const, ["time", "timestamp"] as const])
    if (BigInt(header[field] ?? "0x0") !== BigInt(block[name]))
      throw new Rejection("BLOCK_FACTS", `the header's ${field} is ${header[field]}, not ${block[name]}`);
  return header;
}

/** The receipt, which the header's root commits to at its place. */
function verifyReceipt({ receipt, encoding }: Bundle, root: Uint8Array): DecodedReceipt {
  const proven = rejecting("RECEIPT_PROOF", () => verifyProof(root, receipt.index, receipt.proof.map(fromHex)));
  if (!sameBytes(proven, fromHex(receipt.rlp)))
    throw new Rejection("RECEIPT_BYTES", "the receipt is not the one that the proof leads to");
  const decoded = rejecting("RECEIPT_ENCODING", () => decodeReceipt(proven, encoding));
  if (decoded.type !== receipt.type)
    throw new Rejection("RECEIPT_TYPE", `the receipt is of type ${decoded.type}, not ${receipt.type}`);
  if (decoded.status === "0x0")
    throw new Rejection("RECEIPT_STATUS", "the receipt's transaction failed: it has no logs");
  return decoded;
}

/** The log, which the receipt holds at its place. */
function verifyLog({ log }: Bundle, receipt: DecodedReceipt): void {
  const proven = receipt.logs[log.index];
  if (proven === undefined)
    throw new Rejection("LOG_INDEX", `the receipt has ${receipt.logs.length} logs, and none at ${log.index}`);
  const same = proven.address === log.address && proven.data === log.data && proven.topics.join() === log.topics.join();
  if (!same) throw new Rejection("LOG", `log ${log.index} of the receipt is another one`);
}

/** What is not proven must at least not contradict itself. */
function verifyClaims({ claims, log }: Bundle): void {
  if (claims.retractedAt !== null && claims.finality !== null)
    throw new Rejection("CLAIMS", "an event whose block was dropped has no finality");
  if (claims.logIndexInBlock < log.index)
    throw new Rejection("CLAIMS", `log ${log.index} of a receipt cannot be log ${claims.logIndexInBlock} of its block`);
  if (claims.verifiedAt !== null && claims.verification !== "VERIFIED")
    throw new Rejection("CLAIMS", `verifiedAt is there, and verification is ${claims.verification}`);
}
