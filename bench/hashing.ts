import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import { createMPT } from "@ethereumjs/mpt";
import { RLP } from "@ethereumjs/rlp";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { keccak256 } from "../indexer/evidence/keccak.ts";
import { encodeReceipt } from "../indexer/evidence/receipt.ts";
import { listRoot } from "../indexer/evidence/trie.ts";

/**
 * `node bench/hashing.ts`: what proving a block costs, by the ways to do it. Candidates that the project does not use are
 * measured where they are: `npm install --no-save keccak js-sha3 ethereum-cryptography` first.
 */

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Microseconds of one call, the best of five rounds. */
async function micros(calls: number, work: (i: number) => unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const begun = performance.now();
    for (let i = 0; i < calls; i++) await work(i);
    best = Math.min(best, ((performance.now() - begun) * 1000) / calls);
  }
  return best;
}

type Hash = (bytes: Uint8Array) => unknown;

/** By a name that is not a literal, since these are no dependencies. */
async function installed(name: string, pick: (module: never) => Hash): Promise<[string, Hash][]> {
  try {
    return [[name, pick((await import(name)) as never)]];
  } catch {
    return [];
  }
}

const hashes: [string, Hash][] = [
  ["hash-wasm, ours", keccak256],
  ["@noble/hashes", keccak_256],
  ...(await installed(
    "js-sha3",
    ({ keccak256: { arrayBuffer } }: { keccak256: { arrayBuffer: Hash } }) => arrayBuffer,
  )),
  ...(await installed("ethereum-cryptography/keccak.js", (module: { keccak256: Hash }) => module.keccak256)),
  ...(await installed(
    "keccak",
    ({ default: create }: { default: (name: string) => { update(b: Buffer): { digest(): Buffer } } }) =>
      (bytes) =>
        create("keccak256")
          .update(bytes as Buffer)
          .digest(),
  )),
];

say(`| keccak-256 of | ${hashes.map(([name]) => name).join(" | ")} |`);
say(`|---${"|---".repeat(hashes.length)}|`);
for (const [size, calls] of [
  [32, 20_000],
  [600, 4_000],
  [12_000, 400],
] as const) {
  const data = Array.from({ length: 64 }, () => randomBytes(size));
  const cells: string[] = [];
  for (const [, hash] of hashes) {
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 5; round++) {
      const begun = performance.now();
      for (let i = 0; i < calls; i++) hash(data[i & 63] as Buffer);
      best = Math.min(best, ((performance.now() - begun) * 1000) / calls);
    }
    cells.push(`${best.toFixed(1)} µs`);
  }
  say(`| ${size} bytes | ${cells.join(" | ")} |`);
}

const hex = (bytes: number): string => `0x${randomBytes(bytes).toString("hex")}`;
const LOGS = 25;
const receipts = Array.from({ length: 32 }, () => ({
  ...{ type: "0x2", status: "0x1", cumulativeGasUsed: "0x5208", logsBloom: hex(256) },
  logs: Array.from({ length: LOGS }, () => ({ address: hex(20), topics: [hex(32), hex(32), hex(32)], data: hex(224) })),
}));
type Receipt = (typeof receipts)[number];
const bytes = (text: string): Buffer => Buffer.from(text.slice(2), "hex");
const byLibrary = ({ logsBloom, logs }: Receipt): Uint8Array =>
  RLP.encode([
    ...[Buffer.of(1), Buffer.of(0x52, 0x08), bytes(logsBloom)],
    logs.map(({ address, topics, data }) => [bytes(address), topics.map(bytes), bytes(data)]),
  ]);
const nth = (i: number): Receipt => receipts[i & 31] as Receipt;
say(`\n| a receipt of ${LOGS} logs, from JSON's hex to the bytes that are hashed | |\n|---|---|`);
say(
  `| RLP over digits, ours | ${(await micros(1_000, (i) => bytes(`0x${encodeReceipt(nth(i), "ethereum")}`))).toFixed(0)} µs |`,
);
say(`| @ethereumjs/rlp | ${(await micros(1_000, (i) => byLibrary(nth(i)))).toFixed(0)} µs |`);

say("\n| root of a trie of | ours | @ethereumjs/mpt |\n|---|---|---|");
for (const count of [4, 40, 200]) {
  const values = Array.from({ length: count }, () => randomBytes(600));
  const digits = values.map((value) => value.toString("hex"));
  const ours = await micros(40, () => listRoot(digits));
  const theirs = await micros(4, async () => {
    const trie = await createMPT({ useKeyHashingFunction: keccak256 });
    for (const [i, value] of values.entries()) await trie.put(RLP.encode(i), value);
    return trie.root();
  });
  say(`| ${count} values of 600 bytes | ${(ours / 1000).toFixed(2)} ms | ${(theirs / 1000).toFixed(2)} ms |`);
}
