import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type pg from "pg";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { startAnvil, type TestAnvil } from "../support/anvil.ts";
import { chainConfig, type Indexing, startIndexing } from "../support/indexing.ts";
import { connect, type Ledger, readLedger } from "../support/ledger.ts";
import { assertEquals, assertFinality, assertTrail } from "../support/oracle.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { type Party, Traffic } from "../support/traffic.ts";
import { readTruth } from "../support/truth.ts";
import { until } from "../support/wait.ts";

/** A chain that takes blocks back: the ledger follows it, keeps what it dropped as retracted, and never past finality. */

/** Anvil calls a block final when eight more are on it (two epochs of four slots). */
const FINAL_AFTER = 8;
/** The end of what has none, in SQL. */
const NEVER = 2n ** 63n - 1n;
const party: Party = { holder: 1, grantee: 7, seal: 1, purpose: 1 };

let postgres: TestPostgres;
let anvil: TestAnvil;
let traffic: Traffic;
let databaseUrl: string;
let sql: pg.Client;
let indexing: Indexing | undefined;
let chainId = 42_000;

before(async () => {
  postgres = await startTestPostgres();
});
after(() => postgres?.stop());

beforeEach(async () => {
  anvil = await startAnvil({ chainId: ++chainId });
  traffic = await Traffic.start(anvil);
  // The block before the first final one can be dropped, the contract's own not.
  await traffic.empty(FINAL_AFTER + 2);
  databaseUrl = await postgres.createDatabase();
  await migrate(databaseUrl);
  sql = await connect(databaseUrl);
});
afterEach(async () => {
  await indexing?.stop();
  indexing = undefined;
  await sql?.end();
  await anvil?.stop();
});

const start = (): void => {
  indexing = startIndexing(databaseUrl, chainConfig(traffic));
};
const ledger = (): Promise<Ledger> => readLedger(sql, anvil.chainId);
const retracted = ({ events }: Ledger) => events.filter((event) => event.retracted_at !== null);

/** Waits until the ledger is at the node's head and holds exactly what the oracle says. */
async function agrees(): Promise<Ledger> {
  const truth = await readTruth(anvil.provider, traffic.address);
  const head = truth.blocks.at(-1);
  await until(`the ledger is at block ${head?.number}`, async () => {
    const { chain } = await ledger();
    return chain?.indexed_hash === head?.hash && chain?.status === "LIVE" && chain.finalized_number === truth.finalized;
  });
  const now = await ledger();
  assertEquals(now, truth, BigInt(traffic.startBlock));
  assertFinality(now, truth);
  return now;
}

test("a grant is replaced by a revoke, and both branches change the same grant differently", async () => {
  const other = { ...party, seal: 2 };
  await traffic.mine(traffic.grant(party, { retention: 10 }));
  await traffic.mine(traffic.grant(other, { retention: 77 }), traffic.grant(party, { retention: 20, basis: 3 }));
  start();
  const before = await agrees();
  await traffic.reorg(1, [
    [traffic.revoke(party, 9), 0],
    [traffic.grant(other, { retention: 78, basis: 4 }), 0],
  ]);
  const after = await agrees();
  assert.deepEqual(
    after.events.map(({ kind, retention, reason, retracted_at }) => [kind, retention, reason, retracted_at !== null]),
    [
      ["GRANTED", 10n, null, false],
      ["GRANTED", 77n, null, true],
      ["GRANTED", 20n, null, true],
      ["REVOKED", 10n, 9, false],
      ["GRANTED", 78n, null, false],
    ],
  );
  assert.deepEqual(
    after.events.slice(0, 3).map((event) => ({ ...event, retracted_at: null })),
    before.events,
    "what was retracted is otherwise as it was",
  );
  const [reorg] = after.reorgs;
  assert.equal(after.reorgs.length, 1);
  assert.deepEqual(
    [reorg?.from_number, reorg?.from_hash, reorg?.ancestor_number, reorg?.retracted_events],
    [before.chain?.indexed_number, before.chain?.indexed_hash, (before.chain?.indexed_number ?? 0n) - 1n, 2],
  );
});

test("a grant that only the dropped branch had is gone from the grants, and stays in the trail", async () => {
  await traffic.mine(traffic.grant(party));
  start();
  await agrees();
  await traffic.reorg(2);
  const after = await agrees();
  assert.equal(after.grants.length, 0);
  assert.equal(retracted(after).length, 1);
});

test("a dropped new period leaves the ended one, with the legal basis that it was granted on", async () => {
  await traffic.mine(traffic.grant(party, { basis: 1 }));
  await traffic.mine(traffic.revoke(party, 5));
  await traffic.mine(traffic.grant(party, { basis: 9 }));
  start();
  assert.equal((await agrees()).grants[0]?.legal_basis, 9);
  await traffic.reorg(1);
  const [grant] = (await agrees()).grants;
  assert.deepEqual([grant?.legal_basis, grant?.reason, grant?.sequence], [1, 5, 2]);
});

test("what was granted onward falls back with its parent, and is gone with its own block", async () => {
  start();
  const onwardEnds = async (): Promise<(bigint | null)[]> =>
    (await agrees()).grants.filter(({ grantor }) => grantor !== null).map(({ parent_end }) => parent_end);
  await traffic.mine(traffic.grant(party, { onward: true, retention: 10 }));
  // A grant is passed on in a later second than that in which it was made.
  await anvil.send("evm_increaseTime", 5);
  await traffic.mine(traffic.grantOnward(party, 8));
  assert.deepEqual(await onwardEnds(), [NEVER]);
  await traffic.mine(traffic.revoke(party));
  const [revoked] = await onwardEnds();
  assert.ok(revoked !== undefined && revoked !== null && revoked < NEVER, "it ends with its parent");

  await traffic.reorg(1);
  assert.deepEqual(await onwardEnds(), [NEVER], "the parent's end was dropped");
  await traffic.reorg(2, [[traffic.revoke(party), 0]]);
  assert.deepEqual(await onwardEnds(), [], "it was dropped itself");
});

test("a reorg in blocks without our logs is found", async () => {
  await traffic.mine(traffic.grant(party));
  await traffic.empty(3);
  start();
  const before = await agrees();
  await traffic.reorg(2);
  const after = await agrees();
  assert.notEqual(after.chain?.indexed_hash, before.chain?.indexed_hash);
  assert.deepEqual(
    after.reorgs.map(({ ancestor_number, retracted_events }) => [ancestor_number, retracted_events]),
    [[(before.chain?.indexed_number ?? 0n) - 2n, 0]],
  );
});

test(`many reorgs, each with other acts, while the chain grows (seed ${seed()})`, async (t) => {
  const random = createRandom(seed());
  start();
  for (let round = 0; round < 12; round++) {
    for (let i = random.int(4); i >= 0; i--)
      await traffic.mine(...Array.from({ length: random.int(5) }, () => traffic.random(random)));
    // Some reorgs meet a ledger at the head, some one that is still on its way there.
    if (random.chance(0.6)) await agrees();
    const depth = 1 + random.int(FINAL_AFTER - 2);
    const acts = Array.from({ length: random.int(8) }, () => [traffic.random(random), random.int(depth)] as const);
    await traffic.reorg(
      depth,
      acts.sort(([, a], [, b]) => a - b),
    );
  }
  const after = await agrees();
  t.diagnostic(
    `${after.reorgs.length} rollbacks, ${retracted(after).length} of ${after.events.length} events retracted`,
  );
  assert.ok(retracted(after).length > 0, "no reorg met an event");
});

test("a reorg while the indexer is down, deeper than what follows it", async () => {
  await traffic.mine(traffic.grant(party, { retention: 5 }));
  await traffic.mine(traffic.grant({ ...party, seal: 2 }));
  start();
  await agrees();
  await indexing?.stop();
  await traffic.reorg(6, [[traffic.grant(party, { retention: 6 }), 3]]);
  await traffic.mine(traffic.revoke(party));
  await traffic.empty(30);
  start();
  const after = await agrees();
  assert.equal(retracted(after).length, 2);
  assert.equal(after.reorgs.length, 1);
});

test("times of knowledge rise from write to write, though the clock stands still and goes back", async () => {
  let now = Date.UTC(2030, 0, 1);
  indexing = startIndexing(databaseUrl, chainConfig(traffic), () => now);
  await traffic.mine(traffic.grant(party, { retention: 1 }));
  await agrees();
  for (let i = 0; i < 4; i++) {
    await traffic.reorg(1, [[traffic.grant(party, { retention: 2 + i }), 0]]);
    await agrees();
    now -= 60_000;
  }
  const { events, reorgs } = await agrees();
  const times = [...events.map((event) => event.learned_at), ...reorgs.map((reorg) => reorg.detected_at)];
  assert.equal(new Set(times).size, 5 + 4, "each write has a time of its own");
});

test("a chain that becomes shorter, then longer again, as another one", async () => {
  await traffic.mine(traffic.grant(party));
  await traffic.mine(traffic.revoke(party));
  start();
  await agrees();
  const head = await traffic.head();
  // Rolled back the node is at an older head of the same chain, which looks like a node that lags, and nothing is undone.
  await anvil.send("anvil_rollback", 2);
  const { chain: then } = await ledger();
  await until("the lower head was looked at again and again", async () => {
    const { chain } = await ledger();
    return Date.parse(`${chain?.checked_at}Z`) > Date.parse(`${then?.checked_at}Z`) + 2_500;
  });
  assert.equal((await ledger()).chain?.indexed_hash, then?.indexed_hash);
  assert.equal(retracted(await ledger()).length, 0);
  await traffic.mine(traffic.grant({ ...party, seal: 3 }));
  await traffic.mine();
  await traffic.mine();
  assert.equal(await traffic.head(), head + 1);
  const after = await agrees();
  assert.equal(retracted(after).length, 2);
});

test("a reorg below what was final quarantines the chain, and only it", async () => {
  const other = await startAnvil({ chainId: 42_999 });
  const otherTraffic = await Traffic.start(other);
  const second = startIndexing(databaseUrl, chainConfig(otherTraffic));
  try {
    await traffic.mine(traffic.grant(party));
    await traffic.empty(FINAL_AFTER + 3);
    await traffic.mine(traffic.grant({ ...party, seal: 2 }));
    start();
    const before = await agrees();
    await traffic.reorg(FINAL_AFTER + 2, [[traffic.revoke(party), 0]]);
    await until("the runner stopped", () => indexing?.runner.phase === "stopped");
    const after = await ledger();
    assert.equal(after.chain?.status, "QUARANTINED");
    assert.match(after.chain?.quarantine ?? "", /shares no block with ours.*which was final/);
    assert.match(indexing?.runner.problem ?? "", /quarantined/);
    assertTrail(after);
    const { status: _s, quarantine: _q, known_at: _k, checked_at: _c, ...kept } = after.chain ?? { status: "" };
    const { status: _s2, quarantine: _q2, known_at: _k2, checked_at: _c2, ...had } = before.chain ?? { status: "" };
    assert.deepEqual({ ...after, chain: kept }, { ...before, chain: had }, "nothing was rolled back");

    await indexing?.stop();
    start();
    await until("a restart does not lift the quarantine", () => indexing?.runner.phase === "stopped");
    assert.match(indexing?.runner.problem ?? "", /waits for an operator's decision/);
    assert.equal((await ledger()).chain?.status, "QUARANTINED");

    await otherTraffic.mine(otherTraffic.grant(party));
    const truth = await readTruth(other.provider, otherTraffic.address);
    await until("the other chain goes on", async () => {
      const { chain } = await readLedger(sql, 42_999n);
      return chain?.status === "LIVE" && chain.indexed_hash === truth.blocks.at(-1)?.hash;
    });
    assertEquals(await readLedger(sql, 42_999n), truth, BigInt(otherTraffic.startBlock));
  } finally {
    await second.stop();
    await other.stop();
  }
});

test("a reorg down to the block of the deployment, while nothing is final yet", async () => {
  const young = await startAnvil({ chainId: 42_998 });
  const youngTraffic = await Traffic.start(young);
  const second = startIndexing(databaseUrl, chainConfig(youngTraffic));
  try {
    await youngTraffic.mine(youngTraffic.grant(party));
    await until("indexed", async () => (await readLedger(sql, 42_998n)).events.length === 1);
    // Block 1 deployed the contract. It is dropped, and the new branch deploys it again, at the same address.
    const transaction = await young.send<{ from: string; to: string; input: string }>(
      "eth_getTransactionByBlockNumberAndIndex",
      "0x1",
      "0x0",
    );
    const { from, to, input } = transaction;
    await youngTraffic.reorg(2, [[{ from, to, data: input, gas: "0x4c4b40" }, 1]]);
    await youngTraffic.mine(youngTraffic.grant({ ...party, seal: 5 }));
    const truth = await readTruth(young.provider, youngTraffic.address);
    assert.equal(truth.events.length, 1);
    await until(
      `the new branch is in; ${second.runner.problem}`,
      async () => {
        const { chain } = await readLedger(sql, 42_998n);
        return chain?.status === "LIVE" && chain.indexed_hash === truth.blocks.at(-1)?.hash;
      },
      { withinMs: 15_000 },
    );
    assertEquals(await readLedger(sql, 42_998n), truth, 0n);
  } finally {
    await second.stop();
    await young.stop();
  }
});
