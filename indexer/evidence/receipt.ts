import { bloomDigits } from "./bloom.ts";
import type { Encoding } from "./encodings.ts";
import { EvidenceError } from "./errors.ts";
import { asList, asObject, dataDigits, fixedDigits, type JsonObject, quantityDigits } from "./json.ts";
import { rlpList, rlpString } from "./rlpDigits.ts";

/**
 * Receipts as the receipts trie holds them, from the objects of `eth_getBlockReceipts`: `rlp([status, cumulative gas,
 * bloom, logs])`, after the type's byte for all but the oldest type (EIP-2718).
 */

/** Types besides the oldest, which has no byte: EIP-2930, EIP-1559, EIP-4844, EIP-7702; and the deposits of OP chains. */
export const DEPOSIT = "7e";
export const RECEIPT_TYPES: Readonly<Record<Encoding, readonly string[]>> = {
  ethereum: ["01", "02", "03", "04"],
  op: ["01", "02", "03", "04", DEPOSIT],
};

/** The bytes that the trie holds, as hex digits. @throws EvidenceError for a type that is not proven here. */
export function encodeReceipt(receipt: JsonObject, encoding: Encoding): string {
  // Nodes from before EIP-2718 name no type.
  const type = quantityDigits(receipt["type"] ?? "0x0", "receipt type").toLowerCase();
  if (type !== "" && !RECEIPT_TYPES[encoding].includes(type))
    throw new EvidenceError(`a receipt of type 0x${type}, whose encoding is not proven for ${encoding}`);
  const logs = asList(receipt["logs"], "logs");
  const body =
    encodeOutcome(receipt) +
    rlpString(quantityDigits(receipt["cumulativeGasUsed"], "cumulativeGasUsed")) +
    rlpString(encodeBloom(receipt, logs)) +
    rlpList(logs.map(encodeLog).join(""));
  return type + rlpList(type === DEPOSIT ? body + encodeDeposit(receipt) : body);
}

/** A status since Byzantium (EIP-658), the state's root before. */
function encodeOutcome(receipt: JsonObject): string {
  const { status, root } = receipt;
  if (status === undefined || status === null) return rlpString(fixedDigits(root, 32, "a receipt's status or root"));
  const digits = quantityDigits(status, "status");
  if (digits !== "" && digits !== "01") throw new EvidenceError(`expected status 0 or 1, got 0x${digits}`);
  return rlpString(digits);
}

/** Some nodes leave out what follows from the logs. */
function encodeBloom(receipt: JsonObject, logs: readonly unknown[]): string {
  const bloom = receipt["logsBloom"];
  return bloom === undefined || bloom === null ? bloomDigits(logs) : fixedDigits(bloom, 256, "logsBloom");
}

function encodeLog(value: unknown): string {
  const { address, topics, data } = asObject(value, "a log");
  let payload = "";
  for (const topic of asList(topics, "topics")) payload += rlpString(fixedDigits(topic, 32, "a topic"));
  return rlpList(
    rlpString(fixedDigits(address, 20, "a log's address")) + rlpList(payload) + rlpString(dataDigits(data, "data")),
  );
}

/**
 * Of a deposit: nonce and version since Canyon. Between Regolith and Canyon receipts had a nonce that the root did not
 * cover (specs.optimism.io/protocol/canyon/overview.html, "Deposit Receipt Hash Fix"): those name no version.
 */
function encodeDeposit({ depositNonce, depositReceiptVersion }: JsonObject): string {
  if (depositReceiptVersion === undefined || depositReceiptVersion === null) return "";
  return (
    rlpString(quantityDigits(depositNonce, "depositNonce")) +
    rlpString(quantityDigits(depositReceiptVersion, "depositReceiptVersion"))
  );
}
