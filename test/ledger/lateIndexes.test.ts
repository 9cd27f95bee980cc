import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type pg from "pg";
import { parseAddress } from "../../indexer/grants/caip.ts";
import { readCatalog } from "../../indexer/ledger/catalog.ts";
import { ALL_LATE_INDEXES, buildLateIndexes, dropLateIndexes } from "../../indexer/ledger/lateIndexes.ts";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { ChainWriter } from "../../indexer/ledger/writer.ts";
import { grantEvent } from "../api/suite.ts";
import { address, CONTRACTS, NOW, TestChain } from "../api/world.ts";
import { connect } from "../support/ledger.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { LINKED } from "../support/reading.ts";
import { until } from "../support/wait.ts";

/** An empty ledger is filled without the late indexes, and no chain is LIVE without them. */

let postgres: TestPostgres;
let databaseUrl: string;
let sql: pg.Client;
const writers: ChainWriter[] = [];

before(async () => {
  postgres = await startTestPostgres();
});
beforeEach(async () => {
  databaseUrl = await postgres.createDatabase();
  await migrate(databaseUrl);
  sql = await connect(databaseUrl);
});
after(() => postgres?.stop());

async function open(chainId: bigint): Promise<TestChain> {
  const contracts = [{ name: "AccessGrants", address: parseAddress(CONTRACTS.AccessGrants), startBlock: 0n }] as const;
  const writer = await ChainWriter.open({
    databaseUrl,
    chainId,
    name: "x",
    contracts,
    reading: LINKED,
    clock: Date.now,
  });
  assert.ok(writer);
  writers.push(writer);
  return new TestChain(writer);
}

/** Also ends what the test opened. */
async function done(): Promise<void> {
  await Promise.all(writers.splice(0).map((writer) => writer.close()));
  await sql.end();
}

async function present(): Promise<string[]> {
  const { rows } = await sql.query("SELECT indexname FROM pg_indexes WHERE indexname = ANY ($1) ORDER BY 1", [
    ALL_LATE_INDEXES,
  ]);
  return rows.map(({ indexname }) => indexname);
}
const ALL = [...ALL_LATE_INDEXES].sort();
const grant = (credential: number) => grantEvent("Granted", { credential, record: {} });

test("dropped and built, they are what the migrations made", async () => {
  const made = await readCatalog(sql);
  await dropLateIndexes(sql);
  assert.deepEqual(await present(), []);
  await buildLateIndexes(sql);
  assert.deepEqual(await readCatalog(sql), made);
  await buildLateIndexes(sql);
  await done();
});

test("two are built at a time, and one after the other where no second connection is to be had", async () => {
  for (const another of [() => connect(databaseUrl), () => Promise.reject(new Error("too many connections"))]) {
    await dropLateIndexes(sql);
    let beside: pg.Client | undefined;
    await buildLateIndexes(sql, ALL_LATE_INDEXES, async () => {
      beside = await another();
      return beside;
    });
    assert.deepEqual(await present(), ALL);
    if (beside !== undefined) await assert.rejects(beside.query("SELECT 1"), "its connection is ended");
  }
  await done();
});

test("what fails on the second connection fails, and what fails on the first ends the second", async () => {
  await dropLateIndexes(sql);
  const failing = async (): Promise<pg.Client> => {
    const beside = await connect(databaseUrl);
    await beside.query("SET default_transaction_read_only = on");
    return beside;
  };
  await assert.rejects(buildLateIndexes(sql, ALL_LATE_INDEXES, failing), /read-only/);
  await buildLateIndexes(sql);
  assert.deepEqual(await present(), ALL);

  await dropLateIndexes(sql);
  const first = await connect(databaseUrl);
  const blocked = await connect(databaseUrl);
  await blocked.query("BEGIN; LOCK TABLE access_grant, event IN ACCESS EXCLUSIVE MODE");
  let beside: pg.Client | undefined;
  const building = buildLateIndexes(first, ALL_LATE_INDEXES, async () => {
    beside = await connect(databaseUrl);
    return beside;
  });
  const failed = assert.rejects(building);
  const waiting = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'relation'`;
  await until("both build", async () => (await sql.query(waiting)).rows[0].n === 2);
  await sql.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1", [
    (first as unknown as { processID: number }).processID,
  ]);
  await failed;
  await assert.rejects(beside?.query("SELECT 1") ?? Promise.resolve());
  await blocked.end();
  await done();
});

test("history begins without them; a chain is LIVE only with them", async () => {
  const chain = await open(1n);
  await chain.mine(NOW, [grant(1)], { caughtUp: false });
  assert.deepEqual(await present(), []);
  await chain.mine(NOW + 1n, [grant(2)], { caughtUp: false });
  assert.deepEqual(await present(), []);
  await chain.mine(NOW + 2n, [grant(3)]);
  assert.deepEqual(await present(), ALL);
  await done();
});

test("a writer that starts again in between, or only confirms, builds what is missing", async () => {
  const first = await open(1n);
  await first.mine(NOW, [grant(1)], { caughtUp: false });
  await first.writer.close();
  // A process that was killed while it built them leaves some.
  await buildLateIndexes(sql, ["event_by_time"]);
  const contracts = [{ name: "AccessGrants", address: parseAddress(CONTRACTS.AccessGrants), startBlock: 0n }] as const;
  const again = await ChainWriter.open({
    databaseUrl,
    chainId: 1n,
    name: "x",
    contracts,
    reading: LINKED,
    clock: Date.now,
  });
  assert.ok(again);
  await again.confirm({ head: { number: 1n, time: NOW }, safeNumber: 0n, finalizedNumber: 0n, caughtUp: true });
  assert.deepEqual(await present(), ALL);
  await again.close();
  await done();
});

test("a second chain drops nothing, however little the first one holds", async () => {
  const live = await open(1n);
  await live.mine(NOW, []);
  const second = await open(2n);
  await second.mine(NOW, [grant(1)], { caughtUp: false });
  assert.deepEqual(await present(), ALL);
  await done();
});

test("two chains fill at once: the first that is LIVE has them, the other goes on", async () => {
  const [one, other] = [await open(1n), await open(2n)];
  await one.mine(NOW, [grant(1)], { caughtUp: false });
  await other.mine(NOW, [grant(1)], { caughtUp: false });
  await one.mine(NOW + 1n, []);
  assert.deepEqual(await present(), ALL);
  await other.mine(NOW + 1n, [grant(2)], { caughtUp: false });
  await other.mine(NOW + 2n, [grant(3)]);
  assert.deepEqual(await present(), ALL);
  await done();
});

test("a rollback in the middle of history finds what it needs", async () => {
  const chain = await open(1n);
  await chain.mine(NOW, [grant(1)], { caughtUp: false, final: 0n });
  await chain.mine(NOW + 1n, [grant(2)], { caughtUp: false, final: 0n });
  await chain.rollback(1n);
  const { rows } = await sql.query("SELECT count(*)::integer AS n FROM event WHERE retracted_at IS NULL");
  assert.equal(rows[0].n, 1);
  assert.deepEqual(await present(), ALL);
  await done();
});

test("a grant made onward in history has the index by which its parent is found", async () => {
  const chain = await open(1n);
  const grantedAt = NOW - 10n;
  await chain.mine(NOW, [grantEvent("Granted", { record: { grantedAt, flags: 4 } })], { caughtUp: false });
  assert.deepEqual(await present(), []);
  const onward = grantEvent(
    "GrantedOnward",
    { grantee: 3, record: { flags: 8 } },
    { grantor: address(2), parentGrantedAt: grantedAt },
  );
  await chain.mine(NOW + 1n, [onward], { caughtUp: false });
  assert.deepEqual(await present(), ["event_by_grant"]);
  await done();
});

test("a position that two live events have is found before anybody is answered", async () => {
  const chain = await open(1n);
  await chain.mine(NOW, [grant(1)], { caughtUp: false });
  await chain.mine(NOW + 1n, [grant(2)], { caughtUp: false });
  await sql.query("UPDATE event SET block_number = 1 WHERE seq = 2");
  await assert.rejects(chain.mine(NOW + 2n, []), /event_live_position/);
  const { rows } = await sql.query("SELECT status FROM chain");
  assert.equal(rows[0].status, "BACKFILL");
  await done();
});

test("who reads the empty ledger for long is not waited for", async () => {
  const reader = await connect(databaseUrl);
  await reader.query("BEGIN");
  await reader.query("SELECT count(*) FROM event");
  const chain = await open(1n);
  await chain.mine(NOW, [grant(1)], { caughtUp: false });
  assert.deepEqual(await present(), ALL);
  await reader.end();
  await done();
});
