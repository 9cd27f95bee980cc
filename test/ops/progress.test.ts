import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { durationWords, Progress, progressWords } from "../../indexer/ops/progress.ts";
import { checked } from "../support/property.ts";

test("nothing is reported before the first look, and no rate before the second", () => {
  const progress = new Progress();
  assert.equal(progress.report(), undefined);
  progress.note(1_000, 10, 100);
  assert.deepEqual(progress.report(), { done: 10, total: 100, perSecond: undefined, secondsLeft: undefined });
});

test("the rate is that of the last minute, not of the whole", () => {
  const progress = new Progress();
  for (let second = 0; second <= 600; second++) progress.note(second * 1_000, second * 100, 1_000_000);
  assert.equal(progress.report()?.perSecond, 100);
  for (let second = 601; second <= 700; second++)
    progress.note(second * 1_000, 60_000 + (second - 600) * 10, 1_000_000);
  const { perSecond = 0, secondsLeft = 0 } = progress.report() ?? {};
  assert.equal(Math.round(perSecond), 10);
  assert.equal(Math.round(secondsLeft), Math.round((1_000_000 - 61_000) / perSecond));
});

test("standing still, it says that no end is in sight; done, that nothing is left", () => {
  const progress = new Progress();
  for (let second = 0; second < 100; second++) progress.note(second * 1_000, 50, 100);
  assert.equal(progress.report()?.perSecond, 0);
  assert.equal(progress.report()?.secondsLeft, undefined);
  progress.note(100_000, 100, 100);
  assert.equal(progress.report()?.secondsLeft, 0);
});

test("after a reorg the rate begins anew, and is never negative", () => {
  const progress = new Progress();
  progress.note(0, 1_000, 2_000);
  progress.note(1_000, 1_100, 2_000);
  progress.note(2_000, 900, 2_000);
  assert.equal(progress.report()?.perSecond, undefined);
  progress.note(3_000, 950, 2_000);
  assert.equal(progress.report()?.perSecond, 50);
});

test("whatever is noted, the report is sane", () => {
  const look = fc.record({ step: fc.nat(5_000), done: fc.nat(1_000), total: fc.nat(1_000) });
  checked(
    fc.property(fc.array(look, { minLength: 1, maxLength: 50 }), (looks) => {
      const progress = new Progress();
      let at = 0;
      for (const { step, done, total } of looks) {
        at += step;
        progress.note(at, done, total);
      }
      const report = progress.report();
      assert.ok(report !== undefined && report.total >= report.done);
      assert.ok(report.perSecond === undefined || report.perSecond >= 0);
      assert.ok(report.secondsLeft === undefined || (report.secondsLeft >= 0 && Number.isFinite(report.secondsLeft)));
      assert.doesNotMatch(progressWords(report), /NaN|Infinity|undefined/);
    }),
    500,
  );
});

test("in words", () => {
  assert.equal(
    progressWords({ done: 1_234_567, total: 3_290_000, perSecond: 5_210.4, secondsLeft: 394.5 }),
    "37.5 %, 1,234,567 of 3,290,000 blocks, 5,210/s, 7 min left",
  );
  assert.equal(
    progressWords({ done: 99_999, total: 100_000, perSecond: undefined, secondsLeft: undefined }),
    "99.9 %, 99,999 of 100,000 blocks",
  );
  assert.equal(
    progressWords({ done: 0, total: 0, perSecond: undefined, secondsLeft: 0 }, "events"),
    "100.0 %, 0 of 0 events, 0 s left",
  );
  assert.deepEqual([0.2, 89, 90, 5_399, 5_401, 180_000].map(durationWords), [
    "1 s",
    "89 s",
    "2 min",
    "1.5 h",
    "1.5 h",
    "2.1 days",
  ]);
});
