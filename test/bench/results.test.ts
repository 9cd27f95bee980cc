import assert from "node:assert/strict";
import { test } from "node:test";
import { quantile } from "../../bench/measures/world.ts";
import { plotOf } from "../../bench/report/plot.ts";
import { Results, table } from "../../bench/report/results.ts";

const SUBJECTS = [
  { key: "grantledger", title: "Ours" },
  { key: "other", title: "Other" },
];

function measured(): Results {
  const results = new Results();
  for (const value of [3_000, 1_000, 2_000]) results.add("backfill", "grantledger", value);
  results.add("backfill", "other", 500);
  results.add("restart", "grantledger", 0.5);
  results.add("restart", "other", 2);
  results.add("reorgWrong", "grantledger", 0);
  results.add("reorgWrong", "other", 250);
  results.add("requests", "grantledger", undefined);
  results.add("pollRow", "other", Number.NaN);
  return results;
}

test("the middle of the runs counts, and every run is kept", () => {
  const backfill = measured().list()[0];
  assert.deepEqual(backfill, {
    measure: "backfill",
    subject: "grantledger",
    unit: "events/s",
    values: [3_000, 1_000, 2_000],
    median: 2_000,
  });
});

test("a quantile is one of the values", () => {
  assert.equal(quantile([4, 1, 3, 2], 0.5), 2);
  assert.equal(quantile([4, 1, 3, 2], 0.95), 4);
  assert.equal(quantile([7], 0.95), 7);
  assert.equal(quantile([], 0.5), Number.NaN);
});

test("what was not measured leaves no row, and what could not be is no number", () => {
  const shown = table(measured().list(), SUBJECTS);
  assert.doesNotMatch(shown, /HTTP requests|NaN|Infinity|undefined/);
});

test("ratios say how many times better the first is, whichever way is better", () => {
  const lines = table(measured().list(), SUBJECTS).split("\n");
  assert.ok(lines.includes("| backfill, events/s | 2,000 | 500 (4.0×) |"), lines.join("\n"));
  const restart = lines.find((line) => line.startsWith("| restart after SIGTERM"));
  assert.match(restart ?? "", /\| 0\.50 \| 2\.00 \(4\.0×\) \|$/);
  const wrong = lines.find((line) => line.includes("rows of dropped branches"));
  assert.match(wrong ?? "", /\| 0 \| 250 \|$/, "nothing is a multiple of nothing");
});

test("the picture has a bar for each figure of the main measures, longest the largest", () => {
  const svg = plotOf(measured().list(), SUBJECTS);
  const widths = [...svg.matchAll(/<rect x="\d+" y="[\d.]+" width="([\d.]+)" height="\d+" class="(ours|peer)"/g)];
  assert.deepEqual(
    widths.map(([, width, whose]) => [Number(width), whose]),
    [
      [440, "ours"],
      [110, "peer"],
    ],
  );
});
