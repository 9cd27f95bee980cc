import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import type { ChainConfig } from "../../indexer/config/config.ts";
import { toHex } from "../../indexer/grants/bytes.ts";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { type Act, SuiteTraffic } from "../api/suiteTraffic.ts";
import { startAnvil, type TestAnvil } from "../support/anvil.ts";
import { type Indexing, startIndexing } from "../support/indexing.ts";
import { INTERFACES } from "../support/interfaces.ts";
import { connect, type Ledger, readLedger } from "../support/ledger.ts";
import { assertEquals } from "../support/oracle.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { VERIFIED } from "../support/reading.ts";
import { SignedActs } from "../support/signedActs.ts";
import { indexedContracts } from "../support/suite.ts";
import { registerHostile, story } from "../support/suiteStory.ts";
import { type ChainTruth, readTruth } from "../support/truth.ts";
import { assertViews } from "../support/views.ts";
import { until } from "../support/wait.ts";

/**
 * Events rebuild everything: two generations of the whole suite on one real chain, on which anybody does anything, are
 * indexed, and every row is then what an independent fold of the events gives and what the contracts' own views say at
 * that block; live, after reorgs, and read again from the start.
 */

const ROUNDS = 40;
const random = createRandom(seed());

let postgres: TestPostgres;
let anvil: TestAnvil;
let generations: SuiteTraffic[];
let chain: ChainConfig;
let live: { sql: pg.Client; indexing: Indexing };
let time = 0;

before(async () => {
  [postgres, anvil] = await Promise.all([startTestPostgres(), startAnvil({ chainId: 49_001 })]);
  generations = [await SuiteTraffic.start(anvil), await SuiteTraffic.start(anvil)];
  const contracts = generations.flatMap(({ suite }) => indexedContracts(suite));
  chain = {
    chainId: anvil.chainId,
    name: "Everything",
    rpc: [anvil.url],
    pollIntervalMs: 20,
    contracts,
    reading: VERIFIED,
  };
  time = ((await anvil.provider.getBlock("latest"))?.timestamp ?? 0) + 10;
  live = await openLedger();
});
after(async () => {
  await live?.indexing.stop();
  await live?.sql.end();
  await Promise.all([anvil?.stop(), postgres?.stop()]);
});

async function openLedger(): Promise<{ sql: pg.Client; indexing: Indexing }> {
  const databaseUrl = await postgres.createDatabase();
  await migrate(databaseUrl);
  return { sql: await connect(databaseUrl), indexing: startIndexing(databaseUrl, chain) };
}

/** Waits until a ledger is at the head, and holds it against the oracle and the views. */
async function agrees({ sql, indexing }: typeof live): Promise<{ ledger: Ledger; truth: ChainTruth }> {
  const named = chain.contracts.map(({ name, address }) => ({ name, address: toHex(address) }));
  const truth = await readTruth(anvil.provider, named);
  await until("the ledger is at the head", async () => {
    const { chain: at } = await readLedger(sql, anvil.chainId);
    return at?.status === "LIVE" && at.indexed_hash === truth.blocks.at(-1)?.hash;
  }).catch((error) => {
    throw new Error(`${indexing.runner.phase}: ${indexing.runner.problem}\n${indexing.lines.slice(-5).join("")}`, {
      cause: error,
    });
  });
  const ledger = await readLedger(sql, anvil.chainId);
  assertEquals(ledger, truth, 0n);
  for (const traffic of generations) {
    const compared = await assertViews(sql, ledger, traffic);
    assert.ok(compared >= 10, `${compared} rows of a generation`);
  }
  return { ledger, truth };
}

/** Mines a block of acts in each generation, and says which of them the contracts refused. */
async function mine(traffic: SuiteTraffic, acts: readonly Act[], step: number): Promise<void> {
  time += step;
  await traffic.mine(time, acts);
}

test("every event that the suite can have, in both generations", async () => {
  for (const traffic of generations) {
    for (const acts of story(traffic, time)) await mine(traffic, acts, 10);
    const hostile = { from: traffic.account(0), to: traffic.suite.addresses.EntityRegistry, gas: "0x1e8480" };
    const [invalid, nul] = [`0x${"ff00fe80".repeat(30)}`, `0x${"00".repeat(300)}`];
    await anvil.send("eth_sendTransaction", { ...hostile, data: registerHostile(traffic.account(7), invalid, nul) });
    await mine(traffic, [], 10);
  }
  const { truth } = await agrees(live);
  const met = (of: SuiteTraffic): Set<string> => {
    const addresses = Object.entries(of.suite.addresses).map(([name, address]) => [address.toLowerCase(), name]);
    const names = new Map(addresses as [string, keyof typeof INTERFACES][]);
    return new Set(
      truth.events.flatMap(({ contract, raw_topics, kind }) => {
        const name = names.get(contract);
        const topic = raw_topics?.slice(0, 66);
        return name === undefined
          ? []
          : [topic === undefined ? kind : (INTERFACES[name].getEvent(topic)?.name ?? kind)];
      }),
    );
  };
  for (const traffic of generations) {
    const seen = met(traffic);
    for (const abi of Object.values(INTERFACES))
      abi.forEachEvent(({ name }) => assert.ok(seen.has(name) || seen.has(name.toUpperCase()), `${name} was not met`));
    assert.ok(!seen.has("UNDECODED"));
  }
});

test(`anybody does anything (seed ${seed()})`, async () => {
  const signed = generations.map((traffic) => new SignedActs(traffic));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, traffic] of generations.entries()) {
      const step = random.chance(0.1) ? random.int(400) + 1 : random.int(20) + 1;
      const acts = Array.from({ length: 3 + random.int(4) }, () => traffic.random(random, time + step));
      const carried = await signed[i]?.random(random, time);
      await mine(traffic, carried === undefined ? acts : [...acts, carried], step);
    }
    if (round % 13 === 12) await agrees(live);
  }
  const { ledger } = await agrees(live);
  // A run in which hardly anything happened would agree with anything.
  assert.ok(ledger.events.length > 150, `${ledger.events.length} events`);
  assert.ok(ledger.grants.filter(({ grantor }) => grantor !== null).length > 2, "grants that were made onward");
});

test(`the chain takes blocks back, again and again (seed ${seed()})`, async () => {
  for (let i = 0; i < 8; i++) {
    const depth = 1 + random.int(6);
    const acts = Array.from({ length: random.int(12) }, () => {
      const traffic = random.pick(generations);
      return [traffic.transaction(traffic.random(random, time)), random.int(depth)];
    });
    await anvil.send("anvil_reorg", depth, acts);
    time = Math.max(time, (await anvil.provider.getBlock("latest"))?.timestamp ?? 0);
    await agrees(live);
    for (const traffic of generations)
      await mine(
        traffic,
        Array.from({ length: 4 }, () => traffic.random(random, time + 5)),
        5,
      );
  }
  const { ledger } = await agrees(live);
  assert.ok(ledger.reorgs.length >= 4, `${ledger.reorgs.length} rollbacks`);
  assert.ok(ledger.events.filter(({ retracted_at }) => retracted_at !== null).length > 10);
});

test("read again from the start, in large batches, it is the same", async () => {
  const again = await openLedger();
  try {
    await agrees(again);
  } finally {
    await again.indexing.stop();
    await again.sql.end();
  }
});
