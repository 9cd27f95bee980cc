import type { Encoding } from "./encodings.ts";
import { EvidenceError } from "./errors.ts";
import { asList, asObject, dataDigits, fixedDigits, type JsonObject, quantityDigits } from "./json.ts";
import { DEPOSIT, RECEIPT_TYPES } from "./receipt.ts";
import { rlpList, rlpString } from "./rlpDigits.ts";
import { decodeRlp, listOf, quantityOf } from "./rlpItem.ts";

/**
 * Transactions as the block's trie holds them (EIP-2718), from the objects of `eth_getBlockBy…` with all of them: after the
 * type's byte a list of fields, which differ by type. EIP-155 has the chain in `v` of the oldest, the others name it.
 */

type Field = (transaction: JsonObject) => string;

const quantity =
  (name: string): Field =>
  (transaction) =>
    rlpString(quantityDigits(transaction[name], name));
const NONE = "80";

/** An address, nothing where a contract is created. */
const to: Field = ({ to }) => (to === null || to === undefined ? NONE : rlpString(fixedDigits(to, 20, "to")));
const input: Field = ({ input }) => rlpString(dataDigits(input, "input"));
/** Older nodes have the parity in `v` alone. */
const yParity: Field = ({ yParity, v }) => rlpString(quantityDigits(yParity ?? v, "yParity"));
const hashes =
  (name: string): Field =>
  (transaction) =>
    rlpList(
      asList(transaction[name], name)
        .map((each) => rlpString(fixedDigits(each, 32, name)))
        .join(""),
    );

/** EIP-2930. */
const accessList: Field = ({ accessList }) =>
  rlpList(
    asList(accessList, "accessList")
      .map((value) => {
        const entry = asObject(value, "an entry of the access list");
        return rlpList(rlpString(fixedDigits(entry["address"], 20, "address")) + hashes("storageKeys")(entry));
      })
      .join(""),
  );

/** EIP-7702. */
const authorizationList: Field = ({ authorizationList }) =>
  rlpList(
    asList(authorizationList, "authorizationList")
      .map((value) => {
        const one = asObject(value, "an authorization");
        const address = rlpString(fixedDigits(one["address"], 20, "address"));
        return rlpList(quantity("chainId")(one) + address + quantity("nonce")(one) + yParity(one) + R_AND_S(one));
      })
      .join(""),
  );

const R_AND_S: Field = (signed) => quantity("r")(signed) + quantity("s")(signed);
const call = [to, quantity("value"), input];
const fees = ["nonce", "maxPriorityFeePerGas", "maxFeePerGas", "gas"].map(quantity);
const chainId = quantity("chainId");

const FIELDS: Readonly<Record<string, readonly Field[]>> = {
  "": [quantity("nonce"), quantity("gasPrice"), quantity("gas"), ...call, quantity("v"), R_AND_S],
  "01": [chainId, quantity("nonce"), quantity("gasPrice"), quantity("gas"), ...call, accessList, yParity, R_AND_S],
  "02": [chainId, ...fees, ...call, accessList, yParity, R_AND_S],
  "03": [
    ...[chainId, ...fees, ...call, accessList, quantity("maxFeePerBlobGas"), hashes("blobVersionedHashes")],
    ...[yParity, R_AND_S],
  ],
  "04": [chainId, ...fees, ...call, accessList, authorizationList, yParity, R_AND_S],
  // specs.optimism.io/protocol/deposits.html
  [DEPOSIT]: [
    ({ sourceHash }) => rlpString(fixedDigits(sourceHash, 32, "sourceHash")),
    ({ from }) => rlpString(fixedDigits(from, 20, "from")),
    to,
    ({ mint }) => rlpString(quantityDigits(mint ?? "0x0", "mint")),
    quantity("value"),
    quantity("gas"),
    ({ isSystemTx }) => (isSystemTx === true ? "01" : NONE),
    input,
  ],
};

/** How many items each type has: signatures count as two fields there. */
const ITEMS: Readonly<Record<string, number>> = { "": 9, "01": 11, "02": 12, "03": 14, "04": 13, [DEPOSIT]: 8 };

/** The bytes that the trie holds, as hex digits; their hash is the transaction's. @throws EvidenceError */
export function encodeTransaction(transaction: JsonObject, encoding: Encoding): string {
  const type = quantityDigits(transaction["type"] ?? "0x0", "transaction type").toLowerCase();
  const fields = type === "" || RECEIPT_TYPES[encoding].includes(type) ? FIELDS[type] : undefined;
  if (fields === undefined) throw new EvidenceError(`a transaction of type 0x${type}, not proven for ${encoding}`);
  return (type + rlpList(fields.map((field) => field(transaction)).join(""))).toLowerCase();
}

export interface DecodedTransaction {
  readonly type: string;
  /** The one chain for which it was signed; null where it could be of any. */
  readonly chainId: bigint | null;
}

/** Where the types of EIP-2718 end and the lists of RLP begin. */
const FIRST_LIST = 0xc0;
const V_OF_LEGACY = 6;

/** What of a transaction binds it to a chain. @throws EvidenceError when these are not the bytes of one. */
export function decodeTransaction(bytes: Uint8Array, encoding: Encoding): DecodedTransaction {
  const [first = 0] = bytes;
  const type = first < FIRST_LIST ? first.toString(16).padStart(2, "0") : "";
  if (type !== "" && !RECEIPT_TYPES[encoding].includes(type))
    throw new EvidenceError(`a transaction of type 0x${type}, not proven for ${encoding}`);
  const items = listOf(decodeRlp(type === "" ? bytes : bytes.subarray(1), "the transaction"), "the transaction");
  if (items.length !== ITEMS[type]) throw new EvidenceError(`the transaction has ${items.length} fields`);
  return { type: `0x${type.replace(/^0/, "") || "0"}`, chainId: chainIdOf(type, items) };
}

function chainIdOf(type: string, items: readonly (Uint8Array | { readonly size: number })[]): bigint | null {
  if (type === DEPOSIT) return null;
  const item = items[type === "" ? V_OF_LEGACY : 0];
  if (!(item instanceof Uint8Array)) throw new EvidenceError("the transaction's chain is not a number");
  const value = BigInt(quantityOf(item, type === "" ? "v" : "chainId"));
  if (type !== "") return value;
  // EIP-155: 35 and twice the chain; 27 and 28 are those from before, which are valid on every chain.
  return value >= 35n ? (value - 35n) / 2n : null;
}
