import { Buffer } from "node:buffer";
import { toBytes32 } from "../../indexer/grants/bytes.ts";
import type { Header, RawLog } from "../../indexer/rpc/answers.ts";

/** Headers and logs that nobody mined, for what is pure. */

export const EMPTY_BLOOM = `0x${"0".repeat(512)}`;
export const FULL_BLOOM = `0x${"f".repeat(512)}`;

export function hashOf(number: number, branch = 0): Header["hash"] {
  const bytes = Buffer.alloc(32);
  bytes.writeInt32BE(number, 0);
  bytes.writeUInt32BE(branch, 4);
  bytes[31] = 1;
  return toBytes32(new Uint8Array(bytes));
}

/** A block of a branch whose parent is of the same branch. */
export function header(number: number, branch = 0, logsBloom = EMPTY_BLOOM): Header {
  return {
    number: BigInt(number),
    hash: hashOf(number, branch),
    parentHash: hashOf(number - 1, branch),
    time: BigInt(1_000 + number),
    logsBloom,
  };
}

export const chainOf = (first: number, count: number): Header[] =>
  Array.from({ length: count }, (_, i) => header(first + i));

export const CONTRACT = `0x${"c0".repeat(20)}`;

export function logAt(number: number, transactionIndex: number, logIndex: number, branch = 0): RawLog {
  return {
    address: CONTRACT,
    topics: [],
    data: "0x",
    transactionHash: `0x${"11".repeat(32)}`,
    transactionIndex,
    logIndex,
    blockNumber: BigInt(number),
    blockHash: `0x${Buffer.from(hashOf(number, branch)).toString("hex")}`,
  };
}

/** What logs say, whatever they are held as. */
export const saidByLogs = (logs: readonly RawLog[]): RawLog[] =>
  logs.map(({ address, topics, data, transactionHash, transactionIndex, logIndex, blockNumber, blockHash }) => ({
    ...{ address, topics, data, transactionHash, transactionIndex, logIndex, blockNumber, blockHash },
  }));
