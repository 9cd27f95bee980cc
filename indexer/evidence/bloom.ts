import { asList, asObject, fixedDigits } from "./json.ts";
import { hashDigits } from "./keccak.ts";

/** Bloom filter of logs: three bits for each address and topic (Yellow Paper, 4.4.3). 512 hex digits. */
export function bloomDigits(logs: readonly unknown[]): string {
  const bloom = Buffer.alloc(256);
  const add = (digits: string): void => {
    const hash = hashDigits(digits);
    for (const at of [0, 4, 8]) {
      const bit = Number.parseInt(hash.slice(at, at + 4), 16) & 2047;
      const byte = 255 - (bit >> 3);
      bloom[byte] = (bloom[byte] ?? 0) | (1 << (bit & 7));
    }
  };
  for (const value of logs) {
    const { address, topics } = asObject(value, "a log");
    add(fixedDigits(address, 20, "a log's address"));
    for (const topic of asList(topics, "topics")) add(fixedDigits(topic, 32, "a topic"));
  }
  return bloom.toString("hex");
}
