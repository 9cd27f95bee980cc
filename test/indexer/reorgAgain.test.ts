import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type pg from "pg";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { startAnvil, type TestAnvil } from "../support/anvil.ts";
import { type IndexerChild, killChildren, startChild } from "../support/child.ts";
import { connect, type Ledger, readLedger } from "../support/ledger.ts";
import { assertEquals, assertFinality, assertTrail } from "../support/oracle.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { type Party, Traffic } from "../support/traffic.ts";
import { readTruth } from "../support/truth.ts";
import { until } from "../support/wait.ts";
import { atStep, slowDown, speedUp, writerGone } from "../support/writerWatch.ts";

/** A chain that changes again while the ledger is still going back: between the steps, across deaths, in quiet blocks. */

const CHAIN = 42_501n;
const party: Party = { holder: 1, grantee: 7, seal: 1, purpose: 1 };
const other = (seal: number): Party => ({ ...party, seal });

let postgres: TestPostgres;
let anvil: TestAnvil;
let traffic: Traffic;
let databaseUrl: string;
let sql: pg.Client;
let child: IndexerChild | undefined;

before(async () => {
  postgres = await startTestPostgres();
});
after(async () => {
  killChildren();
  await postgres?.stop();
});
beforeEach(async () => {
  anvil = await startAnvil({ chainId: Number(CHAIN) });
  traffic = await Traffic.start(anvil);
  await traffic.empty(10);
  databaseUrl = await postgres.createDatabase();
  await migrate(databaseUrl);
  sql = await connect(databaseUrl);
});
afterEach(async () => {
  await kill();
  await sql?.end();
  await anvil?.stop();
});

const ledger = (): Promise<Ledger> => readLedger(sql, CHAIN);

/** Follows to the head and compares everything with the chain; the process then stays. */
async function agrees(): Promise<Ledger> {
  child ??= startChild(databaseUrl, traffic);
  const truth = await readTruth(anvil.provider, traffic.address);
  await until(`the ledger is at the head\n${child.output.join("")}`, async () => {
    const { chain } = await ledger();
    return (
      chain?.status === "LIVE" &&
      chain.indexed_hash === truth.blocks.at(-1)?.hash &&
      chain.finalized_number === truth.finalized
    );
  });
  const now = await ledger();
  assertEquals(now, truth, BigInt(traffic.startBlock));
  assertFinality(now, truth);
  assertTrail(now);
  return now;
}

async function kill(): Promise<void> {
  await child?.kill();
  child = undefined;
  await writerGone(sql, CHAIN);
}

/** Starts a process that dies at this statement of a transaction. */
async function dieAt(step: string): Promise<void> {
  child = startChild(databaseUrl, traffic);
  await atStep(sql, CHAIN, step);
  await kill();
}

test("another branch, deeper and in conflict, each time that a rollback was cut off", async () => {
  await traffic.mine(traffic.grant(party, { retention: 1 }));
  await traffic.mine(traffic.grant(other(2)), traffic.grant(party, { retention: 2 }));
  await traffic.mine(traffic.grant(other(3)));
  const before = await agrees();
  await kill();
  await slowDown(sql, 0.03);
  // Of the same grant, each branch says something else; none of the first two is ever in the ledger.
  await traffic.reorg(2, [[traffic.grant(party, { retention: 22 }), 0]]);
  await dieAt("INSERT INTO reorg");
  await traffic.reorg(3, [[traffic.grant(party, { retention: 33 }), 1]]);
  await dieAt("DELETE FROM access_grant");
  await traffic.reorg(4, [
    [traffic.grant(party, { retention: 44 }), 0],
    [traffic.revoke(party, 4), 2],
  ]);
  await speedUp(sql);
  const after = await agrees();
  assert.equal(after.reorgs.length, 1, "what was cut off left nothing");
  assert.equal(after.reorgs[0]?.from_hash, before.chain?.indexed_hash);
  assert.deepEqual(
    after.events.map(({ kind, retention, retracted_at }) => [kind, retention, retracted_at === null]),
    [
      ["GRANTED", 1n, false],
      ["GRANTED", 0n, false],
      ["GRANTED", 2n, false],
      ["GRANTED", 0n, false],
      ["GRANTED", 44n, true],
      ["REVOKED", 44n, true],
    ],
  );
});

test("the chain takes the new branch back while it is being read in", async () => {
  await traffic.mine(traffic.grant(party, { retention: 1 }));
  await traffic.mine(traffic.grant(other(2)));
  await agrees();
  await kill();
  await slowDown(sql, 0.03);
  await traffic.reorg(2, [[traffic.grant(party, { retention: 22 }), 0]]);
  // The rollback is in, and of the new branch nothing yet.
  await dieAt("COPY event");
  assert.equal((await ledger()).chain?.status, "BACKFILL", "no answer rests on half a branch");
  await traffic.reorg(3, [[traffic.grant(party, { retention: 33 }), 1]]);
  child = startChild(databaseUrl, traffic);
  // Again, while the process goes on.
  await atStep(sql, CHAIN, "COPY event");
  await traffic.reorg(2, [[traffic.grant(other(5)), 1]]);
  const after = await agrees();
  assert.deepEqual(
    after.grants.map(({ seal }) => BigInt(seal ?? 0)),
    [5n],
  );
  assert.ok(after.reorgs.length >= 1);
});

test("a fork of a fork in blocks without our logs, partly while nobody looks", async () => {
  await traffic.mine(traffic.grant(party));
  await traffic.empty(5);
  const before = await agrees();
  await traffic.reorg(2);
  const one = await agrees();
  await traffic.reorg(4);
  const two = await agrees();
  await kill();
  await traffic.reorg(3);
  await traffic.reorg(5);
  const three = await agrees();
  const heads = [before, one, two, three].map(({ chain }) => chain?.indexed_hash);
  assert.equal(new Set(heads).size, 4);
  assert.deepEqual(
    three.reorgs.map(({ from_hash, retracted_events }) => [from_hash, retracted_events]),
    heads.slice(0, 3).map((hash) => [hash, 0]),
  );
  assert.equal(three.events[0]?.retracted_at, null, "the grant below them stands");
});
