import assert from "node:assert/strict";
import { test } from "node:test";
import { GraphQLError } from "graphql";
import { EvidenceBlocks } from "../../indexer/api/evidence/blocks.ts";
import type { EvidenceSources } from "../../indexer/api/evidence/sources.ts";
import { Turns } from "../../indexer/api/evidence/turns.ts";
import type { ProvenBlock } from "../../indexer/evidence/buildBundle.ts";
import { type Bytes32, toBytes32, toHex } from "../../indexer/grants/bytes.ts";
import { BugError, OperatorError, RetryableError } from "../../indexer/ops/errors.ts";
import { createLogger } from "../../indexer/ops/log.ts";
import type { ReadBlock } from "../../indexer/rpc/readBlock.ts";

/** Blocks for evidence: read once, kept within bounds, and every failure with a code. */

const log = createLogger("error", { write: () => {} });
const hash = (n: number): Bytes32 => toBytes32(Buffer.alloc(32, n));
const block = (name: Bytes32, size = 10): ProvenBlock => ({
  ...{ encoding: "ethereum", hash: toHex(name), header: "", firstLogs: [], transactions: undefined },
  receipts: ["a".repeat(size)],
});

function blocksOf(readBlock: ReadBlock | undefined): EvidenceBlocks {
  const sources: EvidenceSources = (chainId) => (chainId === 1n ? { contracts: [], readBlock } : undefined);
  return new EvidenceBlocks(sources, log);
}

const failsWith = (work: Promise<unknown>, code: string, says: RegExp): Promise<void> =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof GraphQLError, `${error}`);
    assert.equal(error.extensions["code"], code);
    assert.match(error.message, says);
    return true;
  });

/** Work whose end the test decides. */
function pending<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  const { promise, resolve } = Promise.withResolvers<T>();
  return { promise, resolve };
}

test("a chain that is not followed here, and one whose encoding is not proven", async () => {
  await failsWith(blocksOf(undefined).get(2n, hash(1), 1n), "EVIDENCE_UNAVAILABLE", /does not follow eip155:2/);
  await failsWith(blocksOf(undefined).get(1n, hash(1), 1n), "EVIDENCE_UNPROVEN", /eip155:1 are encoded is not proven/);
});

test("a block is read once, however many ask, and kept", async () => {
  const reads: string[] = [];
  const gate = pending<void>();
  const blocks = blocksOf(async (name) => {
    reads.push(toHex(name));
    await gate.promise;
    return block(name);
  });
  const asked = Array.from({ length: 20 }, () => blocks.get(1n, hash(1), 1n));
  gate.resolve();
  for (const got of await Promise.all(asked)) assert.equal(got.hash, toHex(hash(1)));
  await blocks.get(1n, hash(1), 1n);
  assert.deepEqual(reads, [toHex(hash(1))]);
  await blocks.get(1n, hash(2), 2n);
  assert.equal(reads.length, 2);
});

test("what is kept is bounded: the block that was not asked for longest is read again", async () => {
  let reads = 0;
  const blocks = blocksOf(async (name) => {
    reads++;
    return block(name, 20 * 1024 * 1024);
  });
  for (const n of [1, 2, 3, 3, 2]) await blocks.get(1n, hash(n), 1n);
  assert.equal(reads, 3, "three fit");
  await blocks.get(1n, hash(4), 1n);
  await blocks.get(1n, hash(2), 1n);
  assert.equal(reads, 4, "the oldest went");
  await blocks.get(1n, hash(1), 1n);
  assert.equal(reads, 5);
});

test("a block that no node has is asked for again: it may be there tomorrow", async () => {
  let reads = 0;
  const blocks = blocksOf(async (name) => (++reads === 1 ? undefined : block(name)));
  await failsWith(blocks.get(1n, hash(1), 1n), "EVIDENCE_GONE", /No node of eip155:1 has block 0x0101/);
  assert.equal((await blocks.get(1n, hash(1), 1n)).hash, toHex(hash(1)));
});

test("a node that is away, slow or wrong: try again; a bug of ours stays one", async () => {
  const failures = [
    new RetryableError("away"),
    new OperatorError("another chain"),
    new DOMException("late", "TimeoutError"),
    new DOMException("ended", "AbortError"),
  ];
  for (const failure of failures) {
    const blocks = blocksOf(() => Promise.reject(failure));
    await failsWith(blocks.get(1n, hash(1), 1n), "EVIDENCE_UNAVAILABLE", /in time. Try again/);
  }
  await assert.rejects(blocksOf(() => Promise.reject(new BugError("ours"))).get(1n, hash(1), 1n), BugError);
});

test("no more than a few blocks are read at once, and no more wait than can be served", async () => {
  const gate = pending<void>();
  let running = 0;
  let most = 0;
  const blocks = blocksOf(async (name) => {
    most = Math.max(most, ++running);
    await gate.promise;
    running--;
    return block(name);
  });
  const asked = Array.from({ length: 124 }, (_, i) => blocks.get(1n, hash(i), 1n));
  await failsWith(blocks.get(1n, hash(200), 1n), "EVIDENCE_UNAVAILABLE", /Too much evidence/);
  gate.resolve();
  assert.equal((await Promise.all(asked)).length, 124);
  assert.equal(most, 4);
  assert.ok(await blocks.get(1n, hash(200), 1n));
});

test("turns are taken in their order, also after one that failed", async () => {
  const turns = new Turns(1, 10);
  const order: number[] = [];
  const work = [1, 2, 3, 4].map((n) =>
    turns
      .take(async () => {
        order.push(n);
        if (n === 2) throw new Error("two");
      })
      .catch(() => {}),
  );
  await Promise.all(work);
  assert.deepEqual(order, [1, 2, 3, 4]);
});
