import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { keccak256 } from "ethers";
import fc from "fast-check";
import { fromHex, toAddress } from "../../indexer/grants/bytes.ts";
import { RetryableError } from "../../indexer/ops/errors.ts";
import { parseHeader } from "../../indexer/rpc/answers.ts";
import { attachLogs, contractBloom, suspiciousBlocks } from "../../indexer/sync/attach.ts";
import { startAnvil, type TestAnvil } from "../support/anvil.ts";
import { checked, seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { Traffic } from "../support/traffic.ts";
import { CONTRACT, chainOf, EMPTY_BLOOM, FULL_BLOOM, header, logAt } from "./headers.ts";

const contracts = new Set([CONTRACT]);
const refused = (run: () => unknown, says: RegExp): void =>
  assert.throws(run, (error) => {
    assert.ok(error instanceof RetryableError);
    assert.match(error.message, says);
    return true;
  });

test("logs come out in the order of the chain with the times of their blocks, however they came", () => {
  const place = fc.record({ block: fc.integer({ min: 10, max: 14 }), transaction: fc.nat(3), log: fc.nat(5) });
  checked(
    fc.property(fc.uniqueArray(place, { selector: ({ block, log }) => `${block}/${log}` }), fc.nat(), (places, n) => {
      // In a block a later transaction's logs have higher indices.
      const right = places
        .map(({ block, log }) => logAt(block, Math.floor(log / 2), log))
        .sort((a, b) => Number(a.blockNumber - b.blockNumber) || a.logIndex - b.logIndex);
      const random = createRandom(n);
      const shuffled = right.map((log) => ({ log, at: random.int(1_000) })).sort((a, b) => a.at - b.at);
      const timed = attachLogs(
        chainOf(10, 5),
        shuffled.map(({ log }) => log),
        contracts,
      );
      assert.deepEqual(
        timed,
        right.map((log) => ({ log, blockTime: 1_000n + log.blockNumber, verification: "LINKED" })),
      );
    }),
  );
});

test("logs that contradict the headers or each other are refused", () => {
  const headers = chainOf(10, 3);
  const good = [logAt(10, 0, 0), logAt(11, 0, 0), logAt(11, 1, 1)];
  assert.equal(attachLogs(headers, good, contracts).length, 3);
  refused(() => attachLogs(headers, [...good, logAt(13, 0, 0)], contracts), /log of block 13, not asked for/);
  refused(() => attachLogs(headers, [...good, logAt(9, 0, 0)], contracts), /log of block 9, not asked for/);
  refused(
    () => attachLogs(headers, [...good, logAt(12, 0, 0, 7)], contracts),
    /block 12: its log is of 0x.*, its header/,
  );
  refused(() => attachLogs(headers, [...good, logAt(11, 1, 1)], contracts), /block 11: .*log 1 twice/);
  refused(() => attachLogs(headers, [...good, logAt(11, 2, 1)], contracts), /block 11: .*twice or out of order/);
  refused(() => attachLogs(headers, [logAt(11, 1, 0), logAt(11, 0, 1)], contracts), /out of order/);
  const strange = { ...logAt(10, 3, 3), address: `0x${"c1".repeat(20)}` };
  refused(() => attachLogs(headers, [...good, strange], contracts), /log of 0xc1.*not asked for/);
});

/** A bloom filter by the book (Yellow Paper, 4.4.3), with big numbers and another keccak. */
function bloomOf(entries: readonly string[]): bigint {
  let bloom = 0n;
  for (const entry of entries) {
    const hash = BigInt(keccak256(entry));
    for (const shift of [240n, 224n, 208n]) bloom |= 1n << ((hash >> shift) & 2047n);
  }
  return bloom;
}
const asText = (bloom: bigint): string => `0x${bloom.toString(16).padStart(512, "0")}`;

test("a block is suspicious exactly when its bloom has the three bits of a contract and it has no log", () => {
  const address = fc.uint8Array({ minLength: 20, maxLength: 20 });
  checked(
    fc.property(address, fc.array(address, { maxLength: 40 }), (ours, others) => {
      const text = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString("hex")}`;
      const mask = [contractBloom(toAddress(ours))];
      const suspects = (bloom: bigint): boolean => suspiciousBlocks([header(1, 0, asText(bloom))], [], mask).length > 0;
      const [own, strange] = [bloomOf([text(ours)]), bloomOf(others.map(text))];
      assert.ok(suspects(own), "its own bits alone");
      assert.ok(suspects(own | strange), "its own bits among others");
      assert.equal(suspects(strange), (strange & own) === own, "the bits of others");
      for (let bit = 0n; bit < 2048n; bit++)
        if (own & (1n << bit)) assert.ok(!suspects(own ^ (1n << bit)), `bit ${bit}`);
    }),
    100,
  );
});

test("one contract of several is enough, and only its own log is an answer", () => {
  const [a, b] = ["01", "02"].map((byte) => `0x${byte.repeat(20)}`) as [string, string];
  const blooms = [a, b].map((address) => contractBloom(toAddress(fromHex(address))));
  const headers = [header(1, 0, EMPTY_BLOOM), header(2, 0, asText(bloomOf([b]))), header(3, 0, FULL_BLOOM)];
  const said = (...by: string[]) =>
    by.map((address, i) => ({ log: { ...logAt(3, i, i), address }, blockTime: 0n, verification: "LINKED" as const }));
  assert.deepEqual(suspiciousBlocks(headers, [], blooms), headers.slice(1));
  assert.deepEqual(suspiciousBlocks(headers, said(a), blooms), headers.slice(1), "nothing of the other");
  assert.deepEqual(suspiciousBlocks(headers, said(a, b), blooms), headers.slice(1, 2));
});

let anvil: TestAnvil;
before(async () => {
  anvil = await startAnvil({ chainId: 48_001 });
});
after(() => anvil?.stop());

test("on a real chain every block with logs of ours is suspicious without them, and nearly none of the others", async () => {
  const random = createRandom(seed());
  const traffic = await Traffic.start(anvil);
  for (let i = 0; i < 20; i++) {
    await traffic.mine(traffic.random(random), traffic.random(random));
    await traffic.empty(1);
  }
  const head = await traffic.head();
  const logs = await anvil.provider.getLogs({ address: traffic.address, fromBlock: 0, toBlock: head });
  const headers = await Promise.all(
    Array.from({ length: head + 1 }, async (_, i) =>
      parseHeader(await anvil.send("eth_getBlockByNumber", `0x${i.toString(16)}`, false)),
    ),
  );
  const mask = contractBloom(toAddress(fromHex(traffic.address)));
  const suspicious = suspiciousBlocks(
    headers.map((one) => one ?? header(0)),
    [],
    [mask],
  );
  const withLogs = new Set(logs.map((log) => log.blockNumber));
  assert.ok(withLogs.size > 5, `${withLogs.size} blocks with logs`);
  assert.deepEqual(
    suspicious.map(({ number }) => Number(number)),
    [...withLogs],
  );
});
