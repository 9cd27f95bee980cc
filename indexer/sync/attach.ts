import { keccak_256 } from "@noble/hashes/sha3.js";
import type { Verification } from "../config/reading.ts";
import { type Address, toHex } from "../grants/bytes.ts";
import { DEFENCES } from "../ops/defences.ts";
import { RetryableError } from "../ops/errors.ts";
import type { Header, RawLog } from "../rpc/answers.ts";

/** Bringing logs and headers together, which a node answers apart and maybe from different moments. Pure. */

/** A log with the time of its block, and how far the node's word was checked. */
export interface TimedLog {
  readonly log: RawLog;
  readonly blockTime: bigint;
  readonly verification: Verification;
}

/**
 * Checks that every log belongs to one of the linked headers and to one of our contracts, and puts them in the order of
 * the chain.
 * @throws RetryableError when logs and headers contradict each other or a position occurs twice.
 */
export function attachLogs(
  headers: readonly Header[],
  logs: readonly RawLog[],
  contracts: ReadonlySet<string>,
  verification: Verification = "LINKED",
): TimedLog[] {
  const byNumber = new Map(headers.map((header) => [header.number, { header, hash: toHex(header.hash) }]));
  const timed = logs.map((log): TimedLog => {
    const found = byNumber.get(log.blockNumber);
    if (found === undefined) throw new RetryableError(`the node gave a log of block ${log.blockNumber}, not asked for`);
    const { header, hash } = found;
    if (hash !== log.blockHash && DEFENCES.logHash)
      throw new RetryableError(`block ${log.blockNumber}: its log is of ${log.blockHash}, its header is ${hash}`);
    if (!contracts.has(log.address) && DEFENCES.logAddress)
      throw new RetryableError(`the node gave a log of ${log.address}, not asked for`);
    return { log, blockTime: header.time, verification };
  });
  timed.sort(({ log: a }, { log: b }) =>
    a.blockNumber === b.blockNumber
      ? a.transactionIndex - b.transactionIndex || a.logIndex - b.logIndex
      : a.blockNumber < b.blockNumber
        ? -1
        : 1,
  );
  for (let i = 1; i < timed.length; i++) {
    const [a, b] = [timed[i - 1]?.log, timed[i]?.log];
    if (a && b && a.blockNumber === b.blockNumber && a.logIndex >= b.logIndex && DEFENCES.logTwice)
      throw new RetryableError(`block ${a.blockNumber}: the node gave log ${b.logIndex} twice or out of order`);
  }
  return timed;
}

/**
 * Headers whose bloom filter says that a contract may have logged there, while no log of it came: a node that lags or
 * hides looks like this, and so does, rarely, an innocent block (Yellow Paper, 4.4.3). A log of one contract says nothing
 * about the others.
 */
export function suspiciousBlocks(
  headers: readonly Header[],
  logs: readonly TimedLog[],
  blooms: readonly ContractBloom[],
): Header[] {
  if (!DEFENCES.bloom) return [];
  const answered = new Set<string>();
  let last: RawLog | undefined;
  for (const { log } of logs) {
    // In order, most are of the block and the contract of the one before.
    if (last === undefined || log.blockNumber !== last.blockNumber || log.address !== last.address)
      answered.add(`${log.blockNumber}${log.address}`);
    last = log;
  }
  return headers.filter(({ number, logsBloom }) =>
    blooms.some(({ address, mask }) => mayContain(logsBloom, mask) && !answered.has(`${number}${address}`)),
  );
}

/** A contract as logs name it, and its bits. */
export interface ContractBloom {
  readonly address: string;
  readonly mask: BloomMask;
}

export const contractBloom = (address: Address): ContractBloom => ({
  address: toHex(address),
  mask: bloomMask(address),
});

/** Where the three bits of an address are in the hex text of a bloom filter: index of the digit, bit in the digit. */
type BloomMask = readonly (readonly [digit: number, bit: number])[];

function bloomMask(address: Address): BloomMask {
  const hash = keccak_256(address);
  return [0, 2, 4].map((i) => {
    const bit = (((hash[i] as number) << 8) | (hash[i + 1] as number)) & 2047;
    // Bit 0 is the lowest of the last byte; two characters for `0x` come before the digits.
    return [2 + 511 - (bit >> 2), 1 << (bit & 3)] as const;
  });
}

/** Whether a bloom filter has the bits. */
export function mayContain(bloom: string, mask: BloomMask): boolean {
  return mask.every(([digit, bit]) => (Number.parseInt(bloom.charAt(digit), 16) & bit) !== 0);
}

/** Lower-case hex of the contracts, as logs name them. */
export const addressSet = (contracts: readonly Address[]): ReadonlySet<string> => new Set(contracts.map(toHex));
