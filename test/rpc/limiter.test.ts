import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { BusyError, Limiter, type LimiterOptions, type Permit } from "../../indexer/rpc/limiter.ts";
import { FakeTime, turns } from "../support/fakeTime.ts";

/** How an endpoint's limits are learned, in a time that the tests move. */

const NEVER = new AbortController().signal;
let time: FakeTime;
beforeEach(() => {
  time = new FakeTime();
});
const limiter = (options: Partial<LimiterOptions> = {}): Limiter =>
  new Limiter({ time, maxConcurrency: 32, maxWaitMs: 20_000, ...options });

/** A wait that tells whether it is over. */
function watched(promise: Promise<Permit>): { done: boolean; permit: Permit | undefined; error: unknown } {
  const state = { done: false, permit: undefined as Permit | undefined, error: undefined as unknown };
  promise.then(
    (permit) => Object.assign(state, { done: true, permit }),
    (error) => Object.assign(state, { done: true, error }),
  );
  return state;
}

test("no more at once than it takes; turns come in the order of asking", async () => {
  const limits = limiter();
  const permits = await Promise.all(Array.from({ length: 8 }, () => limits.acquire(1, NEVER)));
  assert.equal(limits.spare, false);
  const [ninth, tenth] = [watched(limits.acquire(1, NEVER)), watched(limits.acquire(1, NEVER))];
  await turns();
  assert.deepEqual([ninth.done, tenth.done], [false, false]);
  limits.done(permits[0] as Permit, "failed");
  await turns();
  assert.deepEqual([ninth.done, tenth.done], [true, false]);
  limits.done(permits[1] as Permit, "failed");
  await turns();
  assert.equal(tenth.done, true);
});

test("answers let it take more, one at a time for a whole round of them", async () => {
  const limits = limiter({ maxConcurrency: 12 });
  for (let round = 0; round < 20; round++) {
    const permits = await Promise.all(Array.from({ length: limits.concurrency }, () => limits.acquire(1, NEVER)));
    const before = limits.concurrency;
    for (const permit of permits) limits.done(permit, "answered");
    assert.ok(limits.concurrency <= before + 1);
    await time.advance(1);
  }
  assert.equal(limits.concurrency, 12, "never above the bound");
});

test("a refusal halves once for all that were under way, and again for what came after it", async () => {
  const limits = limiter();
  const together = await Promise.all(Array.from({ length: 8 }, () => limits.acquire(10, NEVER)));
  for (const permit of together) {
    limits.refused(permit, undefined);
    limits.done(permit, "failed");
  }
  assert.equal(limits.concurrency, 4);
  assert.equal(limits.rate, 40, "half of the 80 calls of that second");
  const later = watched(limits.acquire(1, NEVER));
  await time.advance(300);
  assert.ok(later.permit);
  limits.refused(later.permit, undefined);
  limits.done(later.permit, "failed");
  assert.equal(limits.concurrency, 2);
  assert.equal(limits.rate, 40, "so few calls were not refused for their rate");
});

test("a timeout halves how many at once, and no rate", async () => {
  const limits = limiter();
  limits.done(await limits.acquire(1, NEVER), "timeout");
  assert.deepEqual([limits.concurrency, limits.rate, limits.delayMs()], [4, undefined, 0]);
});

test("Retry-After is kept to, within a bound; without it the pause doubles until an answer comes", async () => {
  const limits = limiter();
  assert.equal(limits.refused(await limits.acquire(1, NEVER), 7_000), 7_000);
  assert.equal(limits.delayMs(), 7_000);
  const next = watched(limits.acquire(1, NEVER));
  await time.advance(6_999);
  assert.equal(next.done, false);
  await time.advance(1);
  assert.equal(next.done, true);
  const last = watched(limits.acquire(1, NEVER));
  await time.advance(1_000);
  assert.ok(last.permit);
  assert.equal(limits.refused(last.permit, 3_600_000), 60_000, "nobody is left alone for an hour");

  const other = limiter();
  const pauses: number[] = [];
  for (let i = 0; i < 7; i++) {
    const permit = watched(other.acquire(1, NEVER));
    await time.advance(other.delayMs() + 1);
    assert.ok(permit.permit);
    pauses.push(other.refused(permit.permit, undefined));
    other.done(permit.permit, "failed");
  }
  assert.deepEqual(pauses, [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  const permit = watched(other.acquire(1, NEVER));
  await time.advance(5_001);
  assert.ok(permit.permit);
  other.done(permit.permit, "answered");
  const again = watched(other.acquire(1, NEVER));
  await time.advance(1_000);
  assert.ok(again.permit);
  assert.equal(other.refused(again.permit, undefined), 250);
});

test("who would wait too long is told so: at once where that is certain, at the bound where it is not", async () => {
  const limits = limiter({ maxWaitMs: 5_000 });
  limits.refused(await limits.acquire(1, NEVER), 30_000);
  await assert.rejects(limits.acquire(1, NEVER), (error) => {
    assert.ok(error instanceof BusyError);
    assert.match(error.message, /in 30000 ms, longer than a call waits/);
    return true;
  });
  const full = limiter({ maxWaitMs: 5_000 });
  await Promise.all(Array.from({ length: 8 }, () => full.acquire(1, NEVER)));
  const waiting = watched(full.acquire(1, NEVER));
  await time.advance(4_999);
  assert.equal(waiting.done, false);
  await time.advance(1);
  assert.ok(waiting.error instanceof BusyError);
});

test("a known rate is kept to from the start: calls of a batch count each", async () => {
  const limits = limiter({ maxCallsPerSecond: 10 });
  const sent: number[] = [];
  const begun = time.now();
  const all = Array.from({ length: 5 }, async () => {
    const permit = await limits.acquire(5, NEVER);
    sent.push(time.now() - begun);
    limits.done(permit, "answered");
  });
  await time.advance(3_000);
  await Promise.all(all);
  assert.deepEqual(sent, [0, 500, 1_000, 1_500, 2_000]);
  assert.equal(limits.rate, 10, "and it does not grow beyond");
});

test("a learned rate grows again while it is used, and what is asked keeps to it", async () => {
  const limits = limiter();
  const permit = await limits.acquire(100, NEVER);
  limits.refused(permit, undefined);
  limits.done(permit, "failed");
  assert.equal(limits.rate, 50);
  await time.advance(300);
  let calls = 0;
  const stop = new AbortController();
  const asking = (async () => {
    while (!stop.signal.aborted) {
      const one = await limits.acquire(5, stop.signal);
      calls += 5;
      limits.done(one, "answered");
    }
  })().catch(() => {});
  await time.advance(10_000);
  stop.abort();
  await asking;
  const rate = limits.rate ?? 0;
  assert.ok(rate > 60 && rate < 120, `${rate} after ten seconds`);
  assert.ok(calls > 500 && calls < 1_000, `${calls} calls in ten seconds`);
});

test("giving up a wait gives the turn to the next", async () => {
  const limits = limiter();
  const [first] = await Promise.all(Array.from({ length: 8 }, () => limits.acquire(1, NEVER)));
  const stop = new AbortController();
  const [gone, next] = [watched(limits.acquire(1, stop.signal)), watched(limits.acquire(1, NEVER))];
  stop.abort();
  await turns();
  assert.ok(gone.done && gone.permit === undefined);
  limits.done(first as Permit, "answered");
  await turns();
  assert.ok(next.permit);
});
