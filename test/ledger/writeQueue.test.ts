import assert from "node:assert/strict";
import { test } from "node:test";
import { WriteQueue } from "../../indexer/ledger/writeQueue.ts";
import type { ChainWriter, Extension, PreparedExtension } from "../../indexer/ledger/writer.ts";

/** Extensions are written in their order and one at a time, encoding goes ahead within its bound, failures are met. */

interface Fake {
  readonly queue: WriteQueue;
  readonly prepared: number[];
  readonly written: number[];
  /** Lets the write under way end. */
  finish(error?: Error): void;
}

function fake(bytes: number): Fake {
  const prepared: number[] = [];
  const written: number[] = [];
  let end: { resolve: () => void; reject: (error: Error) => void } | undefined;
  const events = Buffer.alloc(bytes);
  const writer = {
    prepare({ headers }: Extension) {
      prepared.push(headers.length);
      return { headers, batch: { events, derived: [] } } as unknown as PreparedExtension;
    },
    write({ headers }: PreparedExtension) {
      assert.equal(end, undefined, "one at a time");
      return new Promise<void>((resolve, reject) => {
        end = { resolve, reject };
      }).then(() => void written.push(headers.length));
    },
  };
  return {
    queue: new WriteQueue(writer as unknown as ChainWriter),
    prepared,
    written,
    finish(error) {
      const ending = end;
      end = undefined;
      if (error === undefined) ending?.resolve();
      else ending?.reject(error);
    },
  };
}

/** Told apart by how many headers it has. */
const extension = (number: number): Extension =>
  ({ headers: Array(number).fill({}), logs: [] }) as unknown as Extension;
const settled = async (promise: Promise<void>): Promise<boolean> => {
  let done = false;
  promise.then(
    () => {
      done = true;
    },
    () => {
      done = true;
    },
  );
  await new Promise((resolve) => setImmediate(resolve));
  return done;
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("small ones are encoded while the first is being written, and come out in order", async () => {
  const { queue, prepared, written, finish } = fake(100);
  for (const number of [1, 2, 3]) assert.ok(await settled(queue.add(extension(number))));
  assert.deepEqual([prepared, written], [[1, 2, 3], []]);
  const drained = queue.drain();
  for (const so of [[1], [1, 2], [1, 2, 3]]) {
    assert.ok(!(await settled(drained)));
    finish();
    await turn();
    assert.deepEqual(written, so);
  }
  await drained;
});

test("who adds more than the bound waits for room", async () => {
  const { queue, prepared, finish } = fake(5 << 20);
  assert.ok(await settled(queue.add(extension(1))));
  const second = queue.add(extension(2));
  assert.ok(!(await settled(second)));
  finish();
  assert.ok(await settled(second));
  assert.deepEqual(prepared, [1, 2]);
  finish();
  await queue.drain();
});

test("a failure is met by who waits, who drains and who adds; nothing after it is written", async () => {
  const { queue, written, finish } = fake(5 << 20);
  await queue.add(extension(1));
  const second = queue.add(extension(2));
  finish(new Error("no room"));
  await assert.rejects(second, /no room/);
  await assert.rejects(queue.drain(), /no room/);
  await assert.rejects(queue.add(extension(3)), /no room/);
  assert.deepEqual(written, []);
});

test("an empty queue is drained at once, and is of use again", async () => {
  const { queue, written, finish } = fake(10);
  await queue.drain();
  for (const number of [1, 2]) {
    await queue.add(extension(number));
    finish();
    await queue.drain();
  }
  assert.deepEqual(written, [1, 2]);
});
