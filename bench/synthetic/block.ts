import { RLP } from "@ethereumjs/rlp";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { CONTRACT, grantsOf } from "./events.ts";
import { logsOf, type SyntheticLog } from "./logs.ts";

/** How large a synthetic chain is. Block 0 is empty, every other one has as many events, all in one transaction. */
export interface SyntheticSize {
  readonly blocks: number;
  readonly eventsPerBlock: number;
}

/** A header with all fields of the Prague fork, each as the hex text that JSON-RPC has for it. */
export type SyntheticHeader = Readonly<Record<string, string>>;

export interface SyntheticBlock {
  readonly header: SyntheticHeader;
  readonly hash: Buffer;
}

const keccak = (bytes: Uint8Array): Buffer => Buffer.from(keccak_256(bytes));
const GENESIS_TIME = 1_700_000_000n;
const SECONDS_PER_BLOCK = 12n;
const TYPE_2 = 2;
/** Hash of an empty list and root of an empty trie. */
const NO_UNCLES = keccak(RLP.encode([]));
const EMPTY_ROOT = keccak(RLP.encode(new Uint8Array()));
/** SHA-256 of nothing: a block without requests (EIP-7685). */
const NO_REQUESTS = Buffer.from("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "hex");

export const timeOf = (block: number): bigint => GENESIS_TIME + SECONDS_PER_BLOCK * BigInt(block);
export const transactionHashOf = (block: number): Buffer => keccak(Buffer.from(`transaction ${block}`));
export const logsOfBlock = (block: number, { eventsPerBlock }: SyntheticSize): SyntheticLog[] =>
  block === 0 ? [] : logsOf(grantsOf(block, eventsPerBlock), timeOf(block));

export const gasUsedOf = (block: number, { eventsPerBlock }: SyntheticSize): number =>
  block === 0 ? 0 : 50_000 + 40_000 * eventsPerBlock;

/** The block after the one with that hash. */
export function blockAfter(parentHash: Buffer, number: number, size: SyntheticSize): SyntheticBlock {
  const logs = logsOfBlock(number, size);
  const bloom = bloomOf(logs);
  const gasUsed = gasUsedOf(number, size);
  const fields: readonly (readonly [name: string, value: Uint8Array | bigint])[] = [
    ["parentHash", parentHash],
    ["sha3Uncles", NO_UNCLES],
    ["miner", Buffer.alloc(20)],
    ["stateRoot", keccak(Buffer.from(`state ${number}`))],
    ["transactionsRoot", logs.length === 0 ? EMPTY_ROOT : keccak(Buffer.from(`transactions ${number}`))],
    ["receiptsRoot", logs.length === 0 ? EMPTY_ROOT : receiptsRoot(logs, bloom, gasUsed)],
    ["logsBloom", bloom],
    ["difficulty", 0n],
    ["number", BigInt(number)],
    ["gasLimit", 36_000_000n],
    ["gasUsed", BigInt(gasUsed)],
    ["timestamp", timeOf(number)],
    ["extraData", Buffer.from("synthetic")],
    ["mixHash", Buffer.alloc(32)],
    ["nonce", Buffer.alloc(8)],
    ["baseFeePerGas", 7n],
    ["withdrawalsRoot", EMPTY_ROOT],
    ["blobGasUsed", 0n],
    ["excessBlobGas", 0n],
    ["parentBeaconBlockRoot", Buffer.alloc(32)],
    ["requestsHash", NO_REQUESTS],
  ];
  const hash = keccak(RLP.encode(fields.map(([, value]) => value)));
  const shown = fields.map(([name, value]) => [name, typeof value === "bigint" ? quantity(value) : hexOf(value)]);
  return { hash, header: { ...Object.fromEntries(shown), hash: hexOf(hash) } };
}

export const hexOf = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString("hex")}`;
export const quantity = (value: bigint | number): string => `0x${value.toString(16)}`;

/**
 * Root of a trie with the one receipt of the block: a leaf at the path of RLP(0), which is the byte 0x80 (Yellow Paper,
 * appendices C and D).
 */
function receiptsRoot(logs: readonly SyntheticLog[], bloom: Uint8Array, gasUsed: number): Buffer {
  const listed = logs.map(({ topics, data }) => [CONTRACT, [...topics], data]);
  const receipt = Buffer.concat([Buffer.from([TYPE_2]), RLP.encode([1, gasUsed, bloom, listed])]);
  return keccak(RLP.encode([Buffer.from([0x20, 0x80]), receipt]));
}

/** Which bits a value sets, remembered for what comes again and again. */
const bitsOfAddress = new Map<string, readonly number[]>();

function bloomOf(logs: readonly SyntheticLog[]): Buffer {
  const bloom = Buffer.alloc(256);
  const set = (bits: readonly number[]): void => {
    for (const bit of bits) bloom[255 - (bit >> 3)] = (bloom[255 - (bit >> 3)] as number) | (1 << (bit & 7));
  };
  const remembered = (value: Buffer): readonly number[] => {
    const key = value.toString("latin1");
    const bits = bitsOfAddress.get(key) ?? bitsOf(value);
    bitsOfAddress.set(key, bits);
    return bits;
  };
  if (logs.length > 0) set(remembered(CONTRACT));
  for (const { topics } of logs) {
    const [signature, credential, holder, grantee] = topics as [Buffer, Buffer, Buffer, Buffer];
    for (const known of [signature, holder, grantee]) set(remembered(known));
    set(bitsOf(credential));
  }
  return bloom;
}

function bitsOf(value: Uint8Array): number[] {
  const hash = keccak_256(value);
  return [0, 2, 4].map((i) => (((hash[i] as number) << 8) | (hash[i + 1] as number)) & 2047);
}
