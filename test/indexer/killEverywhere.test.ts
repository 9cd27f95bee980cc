import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { startAnvil, type TestAnvil } from "../support/anvil.ts";
import { killChildren, startChild } from "../support/child.ts";
import { chainConfig, startIndexing } from "../support/indexing.ts";
import { connect, digest, readLedger } from "../support/ledger.ts";
import { assertEquals, assertPrefix } from "../support/oracle.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { VERIFIED } from "../support/reading.ts";
import { Traffic } from "../support/traffic.ts";
import { type ChainTruth, readTruth } from "../support/truth.ts";
import { until } from "../support/wait.ts";
import { writerGone } from "../support/writerWatch.ts";

/**
 * The writer's process is ended at every point of its write path in turn (test/support/endPoints.ts), each time on a
 * ledger of its own, and started again: what is left is right up to the cursor, and the end is the same to the byte.
 * Every second point by default, from the first or the second on as the seed decides; KILL_STRIDE=1 takes them all.
 */

const CHAIN = 41_050;
const STRIDE = Number(process.env["KILL_STRIDE"] ?? "2");
/** As many processes as a small machine starts side by side. */
const AT_ONCE = 3;

const random = createRandom(seed());
let postgres: TestPostgres;
let anvil: TestAnvil;
let traffic: Traffic;
let empty: string;

before(async () => {
  [postgres, anvil] = await Promise.all([startTestPostgres(), startAnvil({ chainId: CHAIN })]);
  traffic = await Traffic.start(anvil);
  empty = await postgres.createDatabase();
  await migrate(empty);
});

after(async () => {
  killChildren();
  await Promise.all([anvil?.stop(), postgres?.stop()]);
});

const truthNow = (): Promise<ChainTruth> => readTruth(anvil.provider, traffic.address);

/** A database of its own with what another one holds. */
async function copyOf(template: string): Promise<string> {
  const url = await postgres.createDatabase();
  const client = new pg.Client({ connectionString: empty.replace(/[^/]*$/, "postgres") });
  await client.connect();
  try {
    const [copy, original] = [url, template].map((one) => one.split("/").at(-1));
    await client.query(`DROP DATABASE ${copy}`);
    await client.query(`CREATE DATABASE ${copy} TEMPLATE ${original}`);
  } finally {
    await client.end();
  }
  return url;
}

interface Run {
  readonly digest: string;
  readonly points: number;
}

/** Runs a process until the ledger is at the head, or until it ends at a point. */
async function run(databaseUrl: string, truth: ChainTruth, endAt = 0): Promise<Run> {
  const child = startChild(databaseUrl, traffic, { endAt });
  const sql = await connect(databaseUrl);
  try {
    await until("the ledger is at the head", async () => !child.alive() || (await isAtHead(sql, truth))).catch(
      (error) => {
        throw new Error(child.output.join(""), { cause: error });
      },
    );
    assert.ok(child.alive() || endAt > 0, `ended by itself: ${child.output.join("")}`);
    await child.stop();
    await writerGone(sql, anvil.chainId);
    return { digest: await digest(sql), points: Number(/points (\d+)/.exec(child.output.join(""))?.[1] ?? "0") };
  } finally {
    await sql.end();
  }
}

/** Goes on within this process until the ledger is at the head. @returns a digest of it. */
async function goOn(databaseUrl: string, truth: ChainTruth): Promise<string> {
  const sql = await connect(databaseUrl);
  const indexing = startIndexing(databaseUrl, chainConfig(traffic, [traffic.anvil.url], VERIFIED));
  try {
    await until("the ledger is at the head", () => isAtHead(sql, truth)).catch((error) => {
      throw new Error(indexing.lines.join(""), { cause: error });
    });
    await indexing.stop();
    return await digest(sql);
  } finally {
    await indexing.stop();
    await sql.end();
  }
}

async function isAtHead(sql: pg.Client, truth: ChainTruth): Promise<boolean> {
  const { chain } = await readLedger(sql, anvil.chainId);
  return chain?.status === "LIVE" && chain.indexed_hash === truth.blocks.at(-1)?.hash;
}

/** Ends the process at each point of the way from `template` to the head. @returns how many there were. */
async function endEverywhere(template: string, isRight: (databaseUrl: string) => Promise<void>): Promise<number> {
  const truth = await truthNow();
  const whole = await run(await copyOf(template), truth);
  assert.ok(whole.points > 40, `${whole.points} points`);
  let next = 1 + random.int(STRIDE);
  const worker = async (): Promise<void> => {
    for (let at = next; at <= whole.points; at = next) {
      next += STRIDE;
      const databaseUrl = await copyOf(template);
      await run(databaseUrl, truth, at);
      await isRight(databaseUrl);
      assert.equal(await goOn(databaseUrl, truth), whole.digest, `ended at point ${at} of ${whole.points}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return whole.points;
}

async function ledgerOf(databaseUrl: string) {
  const sql = await connect(databaseUrl);
  try {
    return await readLedger(sql, anvil.chainId);
  } finally {
    await sql.end();
  }
}

test(`ended at every point while history is read (seed ${seed()})`, async (t) => {
  for (let i = 0; i < 60; i++)
    await traffic.mine(traffic.grantMany(1 + random.int(6), 1 + random.int(20), 5, 60 + i), traffic.random(random));
  const truth = await truthNow();
  const points = await endEverywhere(empty, async (databaseUrl) =>
    assertPrefix(await ledgerOf(databaseUrl), truth, BigInt(traffic.startBlock)),
  );
  t.diagnostic(`${points} points, ${truth.events.length} events`);
});

test(`ended at every point of a rollback and of what follows (seed ${seed()})`, async (t) => {
  const party = { holder: 1, grantee: 8, seal: 1, purpose: 1 };
  await traffic.mine(traffic.grant(party, { retention: 5_000 }));
  await traffic.mine(...Array.from({ length: 5 }, () => traffic.random(random)));
  await traffic.mine(traffic.grant({ ...party, seal: 900 }), traffic.grant({ ...party, seal: 901 }));
  const before = await copyOf(empty);
  await run(before, await truthNow());
  await traffic.reorg(2, [[traffic.revoke(party), 0]]);
  const truth = await truthNow();
  const points = await endEverywhere(before, async (databaseUrl) => {
    const ledger = await ledgerOf(databaseUrl);
    const dropped = ledger.events.some(({ retracted_at }) => retracted_at !== null);
    assert.equal(dropped, ledger.reorgs.length === 1, "a rollback is there as a whole or not at all");
    if (dropped) assertPrefix(ledger, truth, BigInt(traffic.startBlock));
  });
  const databaseUrl = await copyOf(before);
  await run(databaseUrl, truth);
  assertEquals(await ledgerOf(databaseUrl), truth, BigInt(traffic.startBlock));
  t.diagnostic(`${points} points`);
});
