import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RpcError, TransportError } from "../../indexer/rpc/errors.ts";
import { backfill, RangeSize, type ReadRange } from "../../indexer/sync/backfill.ts";
import type { Blocks } from "../../indexer/sync/fetch.ts";
import { checkedAsync } from "../support/property.ts";
import { chainOf, logAt } from "./headers.ts";

const never = new AbortController().signal;
const tooLarge = (): RpcError => new RpcError("query returned more than 10000 results", -32005);

function blocksOf(from: bigint, to: bigint, logsPerBlock: number): Blocks {
  const headers = chainOf(Number(from), Number(to - from) + 1);
  const logs = headers.flatMap(({ number, time }) =>
    Array.from({ length: logsPerBlock }, (_, i) => ({
      log: logAt(Number(number), 0, i),
      blockTime: time,
      verification: "LINKED" as const,
    })),
  );
  return { headers, logs };
}

async function numbersOf(blocks: AsyncGenerator<Blocks>): Promise<bigint[]> {
  const numbers: bigint[] = [];
  for await (const { headers } of blocks) numbers.push(...headers.map(({ number }) => number));
  return numbers;
}

test("every block once and in order, whatever the node refuses and however its answers race", async () => {
  const many = { from: fc.nat(1_000), count: fc.integer({ min: 1, max: 700 }), cap: fc.integer({ min: 1, max: 300 }) };
  await checkedAsync(
    fc.asyncProperty(fc.record(many), fc.nat(60), async ({ from, count, cap }, logs) => {
      let turn = 0;
      const read: ReadRange = async (first, last) => {
        // Later ranges answer before earlier ones as often as not.
        for (let i = (turn++ * 7) % 5; i > 0; i--) await Promise.resolve();
        if (Number(last - first) + 1 > cap) throw tooLarge();
        return blocksOf(first, last, logs);
      };
      const last = BigInt(from + count - 1);
      assert.deepEqual(
        await numbersOf(backfill(read, BigInt(from), last, new RangeSize(), never)),
        Array.from({ length: count }, (_, i) => BigInt(from + i)),
      );
    }),
  );
});

test("what a node refused for a while is tried again, and ever more seldom where it goes on refusing", () => {
  const size = new RangeSize({ blocks: 64, maxBlocks: 64 });
  const refuseAll = (): void => {
    for (let blocks = 64; blocks > 0; blocks = Math.floor(blocks / 2)) size.refused(blocks);
  };
  refuseAll();
  assert.equal(size.blocks, 1);
  let asked = 0;
  for (; size.blocks < 64 && asked < 1_000; asked++) size.answered(size.blocks, 0);
  assert.equal(size.blocks, 64, `after ${asked} answers`);

  // A node that gives 16 blocks and never more.
  const capped = new RangeSize({ blocks: 64, maxBlocks: 64 });
  let refused = 0;
  for (let i = 0; i < 2_000; i++)
    if (capped.blocks > 16) {
      capped.refused(capped.blocks);
      refused += 1;
    } else capped.answered(capped.blocks, 0);
  assert.ok(refused >= 3 && refused < 14, `${refused} refused of 2000`);
});

test("a single block that is too large is an error, not an endless split", async () => {
  let reads = 0;
  const read: ReadRange = () => {
    reads++;
    return Promise.reject(tooLarge());
  };
  await assert.rejects(numbersOf(backfill(read, 1n, 64n, new RangeSize(), never)), RpcError);
  assert.ok(reads < 50, `${reads} reads`);
});

test("another error is not answered with smaller ranges", async () => {
  for (const error of [new TransportError("no answer"), new RpcError("rate limit exceeded", -32005)]) {
    const asked: bigint[] = [];
    const read: ReadRange = (from, to) => {
      asked.push(to - from + 1n);
      return Promise.reject(error);
    };
    await assert.rejects(numbersOf(backfill(read, 1n, 1_000n, new RangeSize(), never)), error);
    assert.deepEqual([...new Set(asked)], [40n]);
  }
});

test("a failure of a range ahead is met at its turn, after the ranges before it", async () => {
  const read: ReadRange = async (from, to) => {
    if (from > 40n) throw new TransportError("gone");
    await new Promise((resolve) => setTimeout(resolve, 20));
    return blocksOf(from, to, 0);
  };
  const seen: bigint[] = [];
  await assert.rejects(async () => {
    for await (const { headers } of backfill(read, 1n, 500n, new RangeSize(), never))
      seen.push(...headers.map(({ number }) => number));
  }, TransportError);
  assert.equal(seen.length, 40);
});

test("reading ahead is bounded, and ends when nobody wants more", async () => {
  let [open, most, aborted] = [0, 0, 0];
  const read: ReadRange = async (from, to, signal) => {
    most = Math.max(most, ++open);
    await new Promise((resolve) => setTimeout(resolve, 5));
    signal.addEventListener("abort", () => aborted++);
    open--;
    return blocksOf(from, to, 0);
  };
  for await (const { headers } of backfill(read, 1n, 100_000n, new RangeSize(), never))
    if ((headers.at(-1)?.number ?? 0n) > 2_000n) break;
  assert.ok(most > 1 && most <= 8, `${most} at once`);
  assert.ok(aborted > 0, "the reads ahead are told to stop");
});

test("the size of a range grows where it is quiet, shrinks where it is busy, and stays below what was refused for a while", () => {
  const size = new RangeSize();
  const first = size.blocks;
  for (let i = 0; i < 10; i++) size.answered(size.blocks, 0);
  const most = size.blocks;
  assert.ok(most >= first * 10, `${most} blocks at most`);
  size.answered(most, most * 1_000);
  assert.ok(size.blocks < 20, `${size.blocks} blocks of a thousand logs each`);
  size.refused(16);
  for (let i = 0; i < 7; i++) size.answered(size.blocks, 0);
  assert.equal(size.blocks, 8);
  size.refused(1);
  assert.equal(size.blocks, 1, "never less than a block");
});
