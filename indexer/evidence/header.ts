import { EvidenceError } from "./errors.ts";
import { dataDigits, fixedDigits, type JsonObject, quantityDigits } from "./json.ts";
import { hashDigits } from "./keccak.ts";
import { rlpList, rlpString } from "./rlpDigits.ts";

/**
 * A block's header as it is hashed, from the fields of `eth_getBlockBy…`. The same on Ethereum and on OP chains, which give
 * some fields another meaning: since Isthmus `withdrawalsRoot` is the storage root of L2ToL1MessagePasser and
 * `requestsHash` that of nothing (specs.optimism.io/protocol/isthmus/exec-engine.html).
 */

/** So many bytes, any number of them, or a number. */
export type FieldKind = number | "data" | "quantity";

const FIELDS: readonly (readonly [name: string, kind: FieldKind])[] = [
  ["parentHash", 32],
  ["sha3Uncles", 32],
  ["miner", 20],
  ["stateRoot", 32],
  ["transactionsRoot", 32],
  ["receiptsRoot", 32],
  ["logsBloom", 256],
  ["difficulty", "quantity"],
  ["number", "quantity"],
  ["gasLimit", "quantity"],
  ["gasUsed", "quantity"],
  ["timestamp", "quantity"],
  ["extraData", "data"],
  ["mixHash", 32],
  ["nonce", 8],
];

/** What forks added at the end, in their order: whoever has one has all before it. */
const ADDED: readonly (readonly [name: string, kind: FieldKind, since: string])[] = [
  ["baseFeePerGas", "quantity", "EIP-1559, London"],
  ["withdrawalsRoot", 32, "EIP-4895, Shanghai"],
  ["blobGasUsed", "quantity", "EIP-4844, Cancun"],
  ["excessBlobGas", "quantity", "EIP-4844, Cancun"],
  ["parentBeaconBlockRoot", 32, "EIP-4788, Cancun"],
  ["requestsHash", 32, "EIP-7685, Prague"],
  ["blockAccessListHash", 32, "EIP-7928, Amsterdam"],
  ["slotNumber", "quantity", "EIP-7843, Amsterdam"],
];

/** All fields in their order, and how many of them every header has. */
export const HEADER_FIELDS: readonly (readonly [name: string, kind: FieldKind])[] = [
  ...FIELDS,
  ...ADDED.map(([name, kind]) => [name, kind] as const),
];
export const OLDEST_HEADER = FIELDS.length;

const isThere = (value: unknown): boolean => value !== undefined && value !== null;

/** RLP of the header, as hex digits. @throws EvidenceError when a field is missing or has another shape. */
export function encodeHeader(block: JsonObject): string {
  let payload = "";
  for (const [name, kind] of FIELDS) payload += encodeField(block, name, kind);
  let absent: string | undefined;
  for (const [name, kind, since] of ADDED) {
    if (!isThere(block[name])) absent ??= name;
    else if (absent !== undefined)
      throw new EvidenceError(`a header with ${name} (${since}) has ${absent} too, and this one has not`);
    else payload += encodeField(block, name, kind);
  }
  return rlpList(payload);
}

/** Hash of the block, as 64 lower-case digits. */
export const headerHash = (block: JsonObject): string => hashDigits(encodeHeader(block));

function encodeField(block: JsonObject, name: string, kind: FieldKind): string {
  const value = block[name];
  if (kind === "quantity") return rlpString(quantityDigits(value, name));
  return rlpString(kind === "data" ? dataDigits(value, name) : fixedDigits(value, kind, name));
}
