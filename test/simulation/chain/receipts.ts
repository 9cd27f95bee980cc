import { RLP } from "@ethereumjs/rlp";
import { concat, getBytes, keccak256, toBeArray } from "ethers";

/** Receipts as they are hashed (EIP-2718, Yellow Paper 4.4), and their bloom filters. */

export interface Log {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}

export interface Receipt {
  /** 0 for a legacy transaction. */
  readonly type: number;
  readonly cumulativeGasUsed: bigint;
  readonly logs: readonly Log[];
}

const BLOOM_BYTES = 256;

/** Three bits for each address and topic. */
export function bloomOf(logs: readonly Log[]): Uint8Array {
  const bloom = new Uint8Array(BLOOM_BYTES);
  for (const { address, topics } of logs)
    for (const entry of [address, ...topics]) {
      const hash = getBytes(keccak256(entry));
      for (const i of [0, 2, 4]) {
        const bit = (((hash[i] as number) << 8) | (hash[i + 1] as number)) & 2047;
        const at = BLOOM_BYTES - 1 - (bit >> 3);
        bloom[at] = (bloom[at] as number) | (1 << (bit & 7));
      }
    }
  return bloom;
}

export function encodeReceipt({ type, cumulativeGasUsed, logs }: Receipt): Uint8Array {
  const body = RLP.encode([
    Uint8Array.of(1),
    toBeArray(cumulativeGasUsed),
    bloomOf(logs),
    logs.map(({ address, topics, data }) => [
      getBytes(address),
      topics.map((topic) => getBytes(topic)),
      getBytes(data),
    ]),
  ]);
  return type === 0 ? body : getBytes(concat([Uint8Array.of(type), body]));
}
