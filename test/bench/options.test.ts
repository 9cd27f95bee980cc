import assert from "node:assert/strict";
import { test } from "node:test";
import { PARTS, parseOptions } from "../../bench/options.ts";

const KNOWN = { modes: ["linked"], peers: ["envio", "ponder"] };

test("without arguments everything is measured at the standard size", () => {
  const options = parseOptions([], KNOWN);
  assert.deepEqual(options.only, PARTS);
  assert.deepEqual(options.subjects, ["linked", "envio", "ponder"]);
  assert.deepEqual([options.blocks, options.runs, options.delayMs], [2_000, 3, 50]);
});

test("parts and peers can be chosen, in any order, and are done in ours", () => {
  const options = parseOptions(["--only", "latency,backfill", "--peers", "ponder", "--blocks", "200"], KNOWN);
  assert.deepEqual(options.only, ["backfill", "latency"]);
  assert.deepEqual(options.subjects, ["linked", "ponder"]);
  assert.equal(options.blocks, 200);
});

test("nobody is a choice too", () => {
  assert.deepEqual(parseOptions(["--peers", "none"], KNOWN).subjects, ["linked"]);
  assert.deepEqual(parseOptions(["--modes", "none", "--peers", "envio"], KNOWN).subjects, ["envio"]);
});

for (const args of [
  ["--only", "backfil"],
  ["--peers", "graph"],
  ["--modes", "verified"],
  ["--blocks", "0"],
  ["--blocks", "1.5"],
  ["--runs", "many"],
  ["--delay", "-1"],
  ["--block", "7"],
])
  test(`${args.join(" ")} is refused`, () => assert.throws(() => parseOptions(args, KNOWN)));
