import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type pg from "pg";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { startAnvil, type TestAnvil } from "../support/anvil.ts";
import { killChildren, startChild } from "../support/child.ts";
import { chainConfig, type Indexing, startIndexing } from "../support/indexing.ts";
import { connect, digest, readLedger } from "../support/ledger.ts";
import { assertEquals, assertPrefix } from "../support/oracle.ts";
import { freePort, startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { LINKED, VERIFIED } from "../support/reading.ts";
import { Traffic } from "../support/traffic.ts";
import { readTruth } from "../support/truth.ts";
import { sleepMs, until } from "../support/wait.ts";
import { atStep, slowDown, speedUp } from "../support/writerWatch.ts";

/** The database goes away, comes back, cuts connections, and belongs to somebody else. */

const CHAIN = 43_001;
const random = createRandom(seed());
let postgres: TestPostgres;
let anvil: TestAnvil;
let traffic: Traffic;
let databaseUrl: string;
let sql: pg.Client;

before(async () => {
  [postgres, anvil] = await Promise.all([startTestPostgres(), startAnvil({ chainId: CHAIN })]);
  traffic = await Traffic.start(anvil);
  for (let i = 0; i < 120; i++)
    await traffic.mine(traffic.grantMany(1 + random.int(6), 1 + random.int(40), 8, 60 + i), traffic.random(random));
});
after(async () => {
  await sql?.end();
  await Promise.all([anvil?.stop(), postgres?.stop()]);
});
afterEach(async () => {
  killChildren();
  await Promise.all(running.splice(0).map(({ stop }) => stop()));
});
beforeEach(async () => {
  await sql?.end();
  databaseUrl = await postgres.createDatabase();
  await migrate(databaseUrl);
  sql = await connect(databaseUrl);
});

const ledger = () => readLedger(sql, anvil.chainId);
const truth = () => readTruth(anvil.provider, traffic.address);
/** Every indexer of a test; what a failed test leaves running is stopped after it. */
const running: Indexing[] = [];
function indexing(chain = chainConfig(traffic, [traffic.anvil.url], VERIFIED), url = databaseUrl): Indexing {
  const one = startIndexing(url, chain);
  running.push(one);
  return one;
}
const endWriters = (): Promise<unknown> =>
  sql.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'grantledger writer%'");

async function agrees(): Promise<void> {
  const chain = await truth();
  await until("the ledger is at the head", async () => {
    const row = (await ledger()).chain;
    return row?.status === "LIVE" && row.indexed_hash === chain.blocks.at(-1)?.hash;
  });
  assertEquals(await ledger(), chain, BigInt(traffic.startBlock));
}

async function restartPostgres(): Promise<void> {
  await sql.end().catch(() => {});
  await postgres.restart();
  sql = await connect(databaseUrl);
}

test("PostgreSQL is restarted during a backfill and during a tail", async () => {
  await slowDown(sql, 0.05);
  const { runner, stop } = indexing();
  try {
    await atStep(sql, anvil.chainId, "COPY event");
    await restartPostgres();
    await until("a transaction after the restart", async () => (await ledger()).events.length > 0);
    assertPrefix(await ledger(), await truth(), BigInt(traffic.startBlock));
    // However fast the rest of the history was: there is another block to be met at.
    await Promise.all([atStep(sql, anvil.chainId, "INSERT INTO block"), traffic.mine(traffic.random(random))]);
    await restartPostgres();
    await speedUp(sql);
    await agrees();
    for (let i = 0; i < 3; i++) {
      await traffic.mine(traffic.random(random), traffic.random(random));
      await restartPostgres();
      await traffic.mine(traffic.random(random), traffic.random(random));
      await agrees();
    }
    assert.notEqual(runner.phase, "stopped");
  } finally {
    await stop();
  }
});

test("PostgreSQL is restarted while the node is away too", async () => {
  const { runner, stop } = indexing();
  try {
    await agrees();
    anvil.signal("SIGSTOP");
    // Nothing tells the writer that its connection is gone until it uses it, which it does when the node is back.
    await restartPostgres();
    anvil.signal("SIGCONT");
    await traffic.mine(traffic.random(random), traffic.grantMany(2, 500, 3));
    await agrees();
    assert.notEqual(runner.phase, "stopped", runner.problem);
  } finally {
    anvil.signal("SIGCONT");
    await stop();
  }
});

test("the database connection is lost between a failure of the node and the next try", async () => {
  const refused = `http://127.0.0.1:${await freePort()}`;
  const { runner, stop } = indexing(chainConfig(traffic, [refused]));
  try {
    for (let i = 0; i < 3; i++) {
      await until("the node does not answer", () => runner.phase === "retrying");
      await endWriters();
      await sleepMs(600);
    }
    assert.equal(runner.phase, "retrying", runner.problem);
    assert.deepEqual((await ledger()).events, []);
  } finally {
    await stop();
  }
});

test(`connections are terminated in the middle of transactions (seed ${seed()})`, async () => {
  await slowDown(sql, 0.02);
  const { runner, stop } = indexing();
  try {
    const chain = await truth();
    for (const step of ["COPY event", "COPY access_grant", "INSERT INTO block", "UPDATE chain", "COMMIT"]) {
      const { pid } = await atStep(sql, anvil.chainId, step);
      await sql.query("SELECT pg_terminate_backend($1)", [pid]);
      await until("that connection is gone", async () => {
        const { rows } = await sql.query("SELECT FROM pg_stat_activity WHERE pid = $1", [pid]);
        return rows.length === 0;
      });
      assertPrefix(await ledger(), chain, BigInt(traffic.startBlock));
      assert.notEqual(runner.phase, "stopped", runner.problem);
      if (step === "INSERT INTO block") await traffic.mine(traffic.grantMany(3, 700, 2));
      if (step === "UPDATE chain") await traffic.mine(traffic.grantMany(3, 800, 2));
    }
    await speedUp(sql);
    await agrees();
  } finally {
    await stop();
  }
});

test("a second indexer of the same chain stands by, and takes over from one that is killed", async () => {
  const first = startChild(databaseUrl, traffic);
  await until("the first one writes", async () => (await ledger()).events.length > 0);
  const second = indexing();
  try {
    await until("the second one stands by", () => second.runner.phase === "standby");
    await agrees();
    await traffic.mine(traffic.grantMany(4, 900, 2));
    await agrees();
    assert.equal(second.runner.phase, "standby");
    await first.kill();
    await traffic.mine(traffic.grantMany(4, 950, 2));
    await agrees();
    assert.equal(second.runner.phase, "live");
  } finally {
    await first.kill();
    await second.stop();
  }
});

test("two indexers that start at once: one writes, and the bytes are those of one alone", async () => {
  const both = [indexing(), indexing()];
  try {
    await agrees();
    assert.equal(both.filter(({ runner }) => runner.phase === "live").length, 1);
    const together = await digest(sql);
    await Promise.all(both.map(({ stop }) => stop()));
    await sql.end();
    databaseUrl = await postgres.createDatabase();
    await migrate(databaseUrl);
    sql = await connect(databaseUrl);
    both.push(indexing());
    await agrees();
    assert.equal(await digest(sql), together);
  } finally {
    await Promise.all(both.map(({ stop }) => stop()));
  }
});

test("a ledger that was filled for another contract is refused, and not touched", async () => {
  const mine = indexing();
  await agrees();
  await mine.stop();
  const before = await digest(sql);
  // Everything that a registration may change differs too.
  const chain = { ...chainConfig(traffic, [traffic.anvil.url], LINKED), name: "Another" };
  const [contract] = chain.contracts;
  assert.ok(contract);
  const others = [
    [{ ...contract, address: chainConfig(traffic).contracts[0]?.address.map((byte) => byte ^ 1) as never }],
    [contract, { ...contract, address: contract.address.map((byte) => byte ^ 2) as never }],
    [{ ...contract, startBlock: contract.startBlock - 1n }],
    [{ ...contract, name: "CredentialRegistry" as const }],
  ];
  for (const contracts of others) {
    const other = indexing({ ...chain, contracts });
    await until("it is refused", () => other.runner.phase === "stopped");
    assert.match(
      other.runner.problem ?? "",
      /the ledger holds the history of .*restore the configuration; or use another database/,
    );
    await other.stop();
  }
  assert.equal(await digest(sql), before);
});

test("a database that nobody migrated stops the chain with the reason, not in a loop", async () => {
  const { runner, stop } = indexing(chainConfig(traffic), await postgres.createDatabase());
  await until("it stopped", () => runner.phase === "stopped");
  assert.match(runner.problem ?? "", /relation "chain" does not exist/);
  await stop();
});
