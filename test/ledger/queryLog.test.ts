import assert from "node:assert/strict";
import { test } from "node:test";
import type pg from "pg";
import { type LoggedQuestion, QueryLog } from "../../indexer/ledger/queryLog.ts";

/** How questions become rows: together, bounded, and each told the truth of what became of it. */

const question = (keyId: number, body: Buffer | null = null): LoggedQuestion => ({
  ...{ askedAt: 1_800_000_000_000, keyId, request: "POST /graphql", body, status: 200, seen: "[]" },
});

/** A database that commits when the test says so. */
function setUp(insertOnly = false) {
  const commits: { keyIds: number[]; commit: () => void; fail: (error: Error) => void }[] = [];
  const errors: unknown[] = [];
  const pool = {
    query: ({ values }: { values: unknown[][] }) =>
      new Promise((resolve, reject) =>
        commits.push({ keyIds: values[1] as number[], commit: () => resolve({ rows: [] }), fail: reject }),
      ),
  } as unknown as pg.Pool;
  const log = new QueryLog(pool, { insertOnly, onError: (error) => errors.push(error) });
  const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  return { log, commits, errors, turn };
}

test("while one batch is committed the next one gathers; nobody is told before the commit", async () => {
  const { log, commits, turn } = setUp();
  const told: number[] = [];
  const write = (keyId: number) => log.write(question(keyId)).then(() => told.push(keyId));
  const first = [write(1), write(2)];
  await turn();
  const second = [write(3), write(4), write(5)];
  await turn();
  assert.deepEqual(
    commits.map(({ keyIds }) => keyIds),
    [[1, 2]],
  );
  assert.deepEqual(told, []);
  commits[0]?.commit();
  await Promise.all(first);
  await turn();
  assert.deepEqual(told, [1, 2]);
  assert.deepEqual(commits[1]?.keyIds, [3, 4, 5]);
  commits[1]?.commit();
  await Promise.all(second);
  await log.close();
});

test("a batch that fails is refused to all of it, and the next one is written", async () => {
  const { log, commits, errors, turn } = setUp();
  const first = [log.write(question(1)), log.write(question(2))];
  const settled = Promise.allSettled(first);
  await turn();
  const next = log.write(question(3));
  commits[0]?.fail(new Error("the disk is full"));
  for (const one of await settled) {
    assert(one.status === "rejected");
    assert.equal(one.reason.name, "RetryableError");
  }
  assert.equal(errors.length, 1);
  await turn();
  commits[1]?.commit();
  await next;
});

test("what does not fit is refused, by number and by size, and there is room again afterwards", async () => {
  const { log, commits, turn } = setUp();
  const big = Buffer.alloc(1_000_000);
  const waiting = [log.write(question(0))];
  await turn();
  for (let i = 1; i <= 63; i++) waiting.push(log.write(question(i, big)));
  await assert.rejects(log.write(question(64, big)), /cannot keep up/);
  commits[0]?.commit();
  await turn();
  commits[1]?.commit();
  await Promise.all(waiting);

  const many = [log.write(question(0))];
  await turn();
  for (let i = 0; i < 10_000; i++) many.push(log.write(question(i)));
  await assert.rejects(log.write(question(1)), /cannot keep up/);
  for (let i = 2; i < 2 + 21; i++) {
    commits[i]?.commit();
    await turn();
  }
  await Promise.all(many);
  const sizes = commits.slice(3).map(({ keyIds }) => keyIds.length);
  assert.deepEqual(
    sizes,
    Array.from({ length: 20 }, () => 500),
  );
});

test("closing waits for what is under way", async () => {
  const { log, commits, turn } = setUp();
  let told = false;
  const written = log.write(question(1)).then(() => {
    told = true;
  });
  await turn();
  const closed = log.close().then(() => assert(told));
  commits[0]?.commit();
  await Promise.all([written, closed]);
});
