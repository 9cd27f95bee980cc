import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeRlp, getBytes, keccak256 } from "ethers";
import { createRandom } from "../support/random.ts";
import { isOurs, placed } from "./chain/block.ts";
import { FakeChain } from "./chain/chain.ts";
import { HonestNode, logsOf } from "./chain/node.ts";
import { bloomOf, encodeReceipt } from "./chain/receipts.ts";
import { CONTRACTS } from "./model/cast.ts";

/** The instrument itself: a seed makes the same chain again, its node says nothing but the chain, and forks fork. */

async function chainOf(seed: number, blocks: number): Promise<FakeChain> {
  const chain = new FakeChain(50_000n, 3, createRandom(seed));
  await chain.begin(1_000n);
  for (let i = 0; i < blocks; i++) await chain.mine(chain.acts(0.9));
  return chain;
}

test("a seed makes the same blocks again, another seed others", async () => {
  const [one, again, other] = await Promise.all([chainOf(1, 10), chainOf(1, 10), chainOf(2, 10)]);
  assert.equal(one.head.hash, again.head.hash);
  assert.notEqual(one.head.hash, other.head.hash);
});

test("blocks link, and a node shows the logs of its receipts", async () => {
  const chain = await chainOf(3, 30);
  const node = new HonestNode(chain);
  for (const [i, block] of chain.canonical.entries()) {
    assert.equal(block.number, i);
    if (i > 0) assert.equal(block.parentHash, chain.canonical[i - 1]?.hash);
    const receipts = node.answer({ method: "eth_getBlockReceipts", params: [block.hash] }).result as {
      logs: unknown[];
    }[];
    assert.deepEqual(
      receipts.flatMap(({ logs }) => logs),
      logsOf(block),
    );
  }
  const filter = { fromBlock: "0x0", toBlock: "latest", address: Object.values(CONTRACTS) };
  const { result } = node.answer({ method: "eth_getLogs", params: [filter] });
  assert.equal((result as unknown[]).length, chain.canonical.flatMap((block) => placed(block).filter(isOurs)).length);
});

test("a fork has other blocks from its depth on, and going back has the very blocks again", async () => {
  const chain = await chainOf(4, 12);
  const before = [...chain.canonical];
  const tip = chain.head;
  await chain.fork(4, 6, () => chain.acts(1));
  assert.equal(chain.head.number, tip.number + 2);
  assert.equal(chain.forkPoint(tip), tip.number - 4);
  assert.ok(before.slice(-4).every((block) => chain.wasDropped(block) && !chain.isCanonical(block)));
  chain.return(tip);
  assert.deepEqual(
    chain.canonical.map(({ hash }) => hash),
    before.map(({ hash }) => hash),
  );
});

test("a receipt is the RLP of its fields behind its type, and its bloom has the bits of address and topics", () => {
  const log = { address: CONTRACTS.AccessGrants, topics: [keccak256("0x01")], data: "0x1234" };
  const bytes = encodeReceipt({ type: 2, cumulativeGasUsed: 21_000n, logs: [log] });
  assert.equal(bytes[0], 2);
  const bloom = `0x${Buffer.from(bloomOf([log])).toString("hex")}`;
  assert.deepEqual(decodeRlp(bytes.slice(1)), ["0x01", "0x5208", bloom, [[log.address, log.topics, log.data]]]);
  const bits = getBytes(bloom).reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
  assert.ok(bits > 3 && bits <= 6, `${bits} bits for two entries`);
});
