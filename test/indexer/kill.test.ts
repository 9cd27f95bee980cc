import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { buildLateIndexes, dropLateIndexes } from "../../indexer/ledger/lateIndexes.ts";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { startAnvil, type TestAnvil } from "../support/anvil.ts";
import { type IndexerChild, killChildren, startChild } from "../support/child.ts";
import { chainConfig, startIndexing } from "../support/indexing.ts";
import { connect, digest, readLedger } from "../support/ledger.ts";
import { assertEquals, assertFinality, assertPrefix } from "../support/oracle.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { VERIFIED } from "../support/reading.ts";
import { Traffic } from "../support/traffic.ts";
import { type ChainTruth, readTruth } from "../support/truth.ts";
import { sleepMs, until } from "../support/wait.ts";
import { atStep, openTransaction, slowDown, speedUp, writerGone } from "../support/writerWatch.ts";

/**
 * An indexer that is killed with SIGKILL at any moment and started again ends with the same bytes as one that never was.
 * Some kills come at random moments, others while a chosen statement of a transaction is under way.
 */

const CHAIN = 41_001;
const STEPS_OF_APPEND = [
  ...["COPY event", "COPY access_grant", "UPDATE access_grant"],
  ...["INSERT INTO block", "UPDATE chain", "COMMIT"],
];
const STEPS_OF_ROLLBACK = [
  ...["UPDATE event", "DELETE FROM access_grant", "INSERT INTO access_grant", "DELETE FROM block"],
  ...["INSERT INTO reorg", "UPDATE chain", "COMMIT"],
];

const random = createRandom(seed());
let postgres: TestPostgres;
let anvil: TestAnvil;
let traffic: Traffic;
let databaseUrl: string;
let sql: pg.Client;
let first: bigint;
let kills = 0;
/** Kills with a transaction open: something was written, and not committed. */
let inTransaction = 0;

before(async () => {
  [postgres, anvil] = await Promise.all([startTestPostgres(), startAnvil({ chainId: CHAIN })]);
  traffic = await Traffic.start(anvil);
  first = BigInt(traffic.startBlock);
  databaseUrl = await postgres.createDatabase();
  await migrate(databaseUrl);
  sql = await connect(databaseUrl);
});

after(async () => {
  killChildren();
  await sql?.end();
  await Promise.all([anvil?.stop(), postgres?.stop()]);
});

const ledger = () => readLedger(sql, anvil.chainId);
const truth = () => readTruth(anvil.provider, traffic.address);

/** Kills, waits until the database has decided what becomes of the transaction, and looks at what is left. */
async function kill(child: IndexerChild, chain?: ChainTruth): Promise<void> {
  if ((await openTransaction(sql, anvil.chainId)) !== undefined) inTransaction++;
  assert.ok(child.alive(), `the indexer ended by itself:\n${child.output.join("")}`);
  await child.kill();
  kills++;
  await writerGone(sql, anvil.chainId);
  if (chain) assertPrefix(await ledger(), chain, first);
}

async function untilCaughtUp(): Promise<void> {
  const child = startChild(databaseUrl, traffic);
  const chain = await truth();
  await until("the indexer is at the head, and what is final is known", async () => {
    const row = (await ledger()).chain;
    const head = chain.blocks.at(-1)?.number;
    return row?.status === "LIVE" && row.indexed_number === head && row.finalized_number === chain.finalized;
  });
  await child.stop();
  assertEquals(await ledger(), chain, first);
  assertFinality(await ledger(), chain);
}

/** The digest of a ledger filled by one run that nothing disturbed. */
async function undisturbed(): Promise<string> {
  const url = await postgres.createDatabase();
  await migrate(url);
  const client = await connect(url);
  const indexing = startIndexing(url, chainConfig(traffic, [anvil.url], VERIFIED));
  const head = BigInt(await traffic.head());
  try {
    await until("the undisturbed run is at the head", async () => {
      const { chain } = await readLedger(client, anvil.chainId);
      return chain?.status === "LIVE" && chain.indexed_number === head;
    });
    await indexing.stop();
    return await digest(client);
  } finally {
    await indexing.stop();
    await client.end();
  }
}

test(`killed during a backfill (seed ${seed()})`, async (t) => {
  for (let i = 0; i < 180; i++) {
    // A longer retention each time, so that no batch has a grant with nothing to change.
    await traffic.mine(traffic.grantMany(1 + random.int(6), 1 + random.int(40), 15, 60 + i), traffic.random(random));
    if (random.chance(0.1)) await traffic.empty(1 + random.int(20));
  }
  const chain = await truth();
  t.diagnostic(`${chain.events.length} events in ${chain.blocks.length} blocks`);
  await slowDown(sql, 0.04);
  for (const step of STEPS_OF_APPEND) {
    const child = startChild(databaseUrl, traffic);
    await atStep(sql, anvil.chainId, step);
    await kill(child, chain);
  }
  for (let i = 0; i < 6; i++) {
    const child = startChild(databaseUrl, traffic);
    // A start takes some hundred milliseconds: from before the first connection to the middle of the work.
    await sleepMs(100 + random.int(900));
    await kill(child, chain);
  }
  await speedUp(sql);
  await untilCaughtUp();
  assert.equal(await digest(sql), await undisturbed());
});

test(`killed during a live tail (seed ${seed()})`, async () => {
  await slowDown(sql, 0.02);
  let mining = true;
  const miner = (async () => {
    for (let fresh = 5_000; mining; fresh++) {
      await traffic.mine(
        traffic.grantMany(1, fresh, 1),
        ...Array.from({ length: 1 + random.int(4) }, () => traffic.random(random)),
      );
      await sleepMs(random.int(60));
    }
  })();
  for (const step of STEPS_OF_APPEND) {
    const child = startChild(databaseUrl, traffic);
    await atStep(sql, anvil.chainId, step);
    await kill(child);
  }
  for (let i = 0; i < 6; i++) {
    const child = startChild(databaseUrl, traffic);
    await sleepMs(100 + random.int(1_200));
    await kill(child);
  }
  mining = false;
  await miner;
  await speedUp(sql);
  await untilCaughtUp();
  assert.equal(await digest(sql), await undisturbed());
});

test(`killed during a rollback, at each of its steps (seed ${seed()})`, async () => {
  const party = { holder: 1, grantee: 8, seal: 1, purpose: 1 };
  await traffic.mine(traffic.grant(party, { retention: 5 }));
  await traffic.mine(...Array.from({ length: 5 }, () => traffic.random(random)));
  await traffic.mine(traffic.grant({ ...party, seal: 900 }), traffic.grant({ ...party, seal: 901 }));
  await untilCaughtUp();
  const before = await ledger();
  await traffic.reorg(2, [[traffic.revoke(party), 0]]);
  await slowDown(sql, 0.04);
  for (const step of STEPS_OF_ROLLBACK) {
    const child = startChild(databaseUrl, traffic);
    await atStep(sql, anvil.chainId, step);
    await kill(child);
    const { chain, events } = await ledger();
    if (step !== "COMMIT")
      assert.deepEqual(
        [chain?.indexed_hash, events.filter(({ retracted_at }) => retracted_at !== null).length],
        [before.chain?.indexed_hash, 0],
        "nothing of an interrupted rollback is there",
      );
  }
  await speedUp(sql);
  await untilCaughtUp();
  const { reorgs } = await ledger();
  assert.equal(reorgs.length, 1, "one reorg is one row, however often its rollback was interrupted");
  assert.equal(reorgs[0]?.from_hash, before.chain?.indexed_hash);
});

test("killed while indexes are built on two connections: the server ends both, and their locks with them", async () => {
  const url = await postgres.createDatabase();
  await migrate(url);
  const [client, other] = [await connect(url), await connect(url)];
  try {
    await dropLateIndexes(client);
    // A history with more than grants needs this one first, and alone.
    await buildLateIndexes(client, ["event_by_grant"]);
    // Rows can be written beside it; an index cannot be built.
    await other.query("BEGIN; LOCK TABLE event, access_grant IN ROW EXCLUSIVE MODE");
    const child = startChild(url, traffic);
    await until("both wait for their tables", async () => {
      const { rows } = await client.query(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'relation' AND query LIKE 'CREATE%'",
      );
      return rows.length === 2;
    });
    await child.kill();
    await writerGone(client, anvil.chainId);
  } finally {
    await other.end();
    await client.end();
  }
});

test("the kills were many, and most of them met an open transaction", async (t) => {
  const { rows } = await sql.query(
    "SELECT n_tup_ins AS inserted, (SELECT count(*) FROM event) AS kept FROM pg_stat_user_tables WHERE relname = 'event'",
  );
  t.diagnostic(`${kills} kills, ${inTransaction} of them in a transaction`);
  t.diagnostic(`${rows[0].inserted} event rows were inserted, ${rows[0].kept} kept`);
  assert.ok(kills >= 20, `${kills} kills`);
  assert.ok(inTransaction >= 15, `${inTransaction} in a transaction`);
  assert.ok(rows[0].inserted > rows[0].kept, "no killed transaction held events");
});
