import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startYoungChain } from "../../bench/chain/storedChain.ts";
import { measureBackfill } from "../../bench/measures/backfill.ts";
import { measureLatency } from "../../bench/measures/latency.ts";
import { measureReorgs } from "../../bench/measures/reorgs.ts";
import { measureRestart } from "../../bench/measures/restart.ts";
import type { World } from "../../bench/measures/world.ts";
import { grantledger as subject } from "../../bench/subjects/grantledger.ts";
import { startTestPostgres } from "../support/postgres.ts";

let world: World;
let databaseUrl: string;

before(async () => {
  const [postgres, chain] = await Promise.all([
    startTestPostgres(),
    startYoungChain({ blocks: 3, eventsPerBlock: 20, eventsPerTransaction: 10 }),
  ]);
  world = { postgres, chain, say: () => {} };
});
after(() => Promise.all([world?.chain.anvil.stop(), world?.postgres.stop()]));

test("a backfill is done when every row is there", async () => {
  const { events, seconds, databaseUrl: filled } = await measureBackfill(subject("LINKED"), world);
  assert.equal(events, 60);
  assert.ok(seconds > 0);
  databaseUrl = filled;
});

test("a restart answers with what happened meanwhile, and everything is there afterwards", async () => {
  const { rowSeconds, answerSeconds } = await measureRestart(subject("LINKED"), world, databaseUrl, "SIGKILL");
  assert.ok(rowSeconds > 0 && answerSeconds !== undefined && answerSeconds > 0);
  assert.equal(world.chain.events, 62);
});

test("each latency is that of a block of its own, by SQL and by the API", async () => {
  const { row, answer } = await measureLatency(subject("LINKED"), world, { heads: "poll", samples: 3 });
  assert.deepEqual([row.length, answer.length], [3, 3]);
  assert.ok([...row, ...answer].every((milliseconds) => milliseconds > 0));
});

test("reorgs are followed to the last row; one that is not is counted", async () => {
  const { expected, wrong, missing } = await measureReorgs(subject("LINKED"), world, true);
  assert.deepEqual({ wrong, missing }, { wrong: 0, missing: 0 });
  // Twenty blocks from before, and the five of the last branch, of ten grants each.
  assert.equal(expected, 250);
});
