import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { type RaiseReport, raiseRange } from "../../indexer/ledger/raise.ts";
import { OperatorError } from "../../indexer/ops/errors.ts";
import { createChainReader } from "../../indexer/rpc/chainReader.ts";
import { RpcClient } from "../../indexer/rpc/client.ts";
import { Endpoint } from "../../indexer/rpc/endpoint.ts";
import { createFetcher } from "../../indexer/sync/fetch.ts";
import { startAnvil, type TestAnvil } from "../support/anvil.ts";
import { chainConfig, startIndexing } from "../support/indexing.ts";
import { connect, type Ledger, readLedger } from "../support/ledger.ts";
import { byRange, type LyingProxy, receipts, startLyingProxy } from "../support/lyingProxy.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { LINKED, VERIFIED } from "../support/reading.ts";
import { Traffic } from "../support/traffic.ts";
import { until } from "../support/wait.ts";

/** History that was read LINKED, and is proven later. */

let postgres: TestPostgres;
let anvil: TestAnvil;
let proxy: LyingProxy;
let traffic: Traffic;
let sql: pg.Client;
let finalized: bigint;

before(async () => {
  [postgres, anvil] = await Promise.all([startTestPostgres(), startAnvil({ chainId: 49_101 })]);
  traffic = await Traffic.start(anvil);
  const random = createRandom(seed());
  for (let i = 0; i < 30; i++) await traffic.mine(traffic.random(random), traffic.grantMany(2, 100 * i, 3));
  await traffic.empty(12);
  proxy = await startLyingProxy(anvil.url);
});
after(async () => {
  await sql?.end();
  await proxy?.stop();
  await Promise.all([anvil?.stop(), postgres?.stop()]);
});

const ledger = (): Promise<Ledger> => readLedger(sql, anvil.chainId);

/** A ledger that is filled LINKED from what the proxy says. */
async function fill(): Promise<void> {
  await sql?.end();
  const databaseUrl = await postgres.createDatabase();
  await migrate(databaseUrl);
  sql = await connect(databaseUrl);
  const indexing = startIndexing(databaseUrl, chainConfig(traffic, [proxy.url], LINKED));
  try {
    await until("it is live", async () => (await ledger()).chain?.status === "LIVE");
  } finally {
    await indexing.stop();
  }
  proxy.fault = undefined;
  finalized = (await ledger()).chain?.finalized_number ?? 0n;
  assert.ok(finalized > 25n);
}

async function raise(from = 0n, to = finalized): Promise<RaiseReport> {
  const contracts = chainConfig(traffic).contracts;
  const addresses = contracts.map(({ address }) => address);
  const client = new RpcClient([new Endpoint(proxy.url, { chainId: anvil.chainId, timeoutMs: 10_000 })]);
  const reader = createChainReader(client, addresses, { encoding: "ethereum" });
  const fetcher = createFetcher(reader, addresses, VERIFIED);
  try {
    return await raiseRange({
      ...{ client: sql, chainId: anvil.chainId, contracts, fetcher, from, to },
      ...{ clock: Date.now, signal: new AbortController().signal },
    });
  } finally {
    await client.close();
  }
}

const facts = ({ events, ...rest }: Ledger): unknown => ({
  ...rest,
  events: events.map(({ verified_at: _, ...event }) => event),
});

test("a range is proven and marked, in parts and once; nothing else changes", async () => {
  await fill();
  const before = await ledger();
  const inside = before.events.filter(({ block_number }) => block_number <= finalized);
  const half = finalized / 2n;
  const first = await raise(0n, half);
  assert.deepEqual(first.differences, []);
  assert.equal(first.raised, inside.filter(({ block_number }) => block_number <= half).length);
  const second = await raise();
  assert.deepEqual([second.differences, second.events, second.blocks], [[], inside.length, Number(finalized) + 1]);
  assert.equal(first.raised + second.raised, inside.length);
  assert.equal((await raise()).raised, 0);

  const after = await ledger();
  assert.deepEqual(facts(after), facts(before));
  for (const { block_number, verified_at, verification } of after.events) {
    assert.equal(verification, "LINKED", "how it was read does not change");
    assert.equal(verified_at !== null, block_number <= finalized, `block ${block_number}`);
  }
});

test("what was altered, invented and kept back is told, and its blocks are not marked", async () => {
  const chosen = await anvil.provider.getLogs({ address: traffic.address, fromBlock: 0, toBlock: 20 });
  const [altered, invented, kept] = [chosen[2], chosen[9], chosen.at(-1)].map((log) => log?.blockNumber ?? 0);
  assert.equal(new Set([altered, invented, kept]).size, 3);
  const isIn = (block: string, number: number | undefined): boolean => Number(block) === number;
  let [changed, added] = [0, 0];
  proxy.fault = byRange((logs) =>
    logs
      // The last grant of a batch, whose numbers nothing follows.
      .filter((log, i) => !(isIn(log.blockNumber, kept) && logs[i + 1]?.blockNumber !== log.blockNumber))
      .flatMap((log, i, all) => {
        const last = all[i + 1]?.blockNumber !== log.blockNumber;
        if (isIn(log.blockNumber, altered) && last) {
          changed++;
          return [{ ...log, data: `${log.data.slice(0, -1)}7` }];
        }
        if (!isIn(log.blockNumber, invented) || !last) return [log];
        added++;
        const next = `0x${(Number(log.logIndex) + 1).toString(16)}`;
        return [log, { ...log, topics: [`0x${"1e".repeat(32)}`], logIndex: next }];
      }),
  );
  await fill();
  assert.ok(changed > 0 && added > 0);
  const before = await ledger();
  const { differences, raised } = await raise();
  assert.deepEqual(
    differences.map(({ what, blockNumber, kind }) => [what, Number(blockNumber), kind]),
    [
      ["unknown", altered, "GRANTED"],
      ["unproven", altered, "GRANTED"],
      ["unproven", invented, "UNDECODED"],
      ["unknown", kept, "GRANTED"],
    ],
  );
  const after = await ledger();
  assert.deepEqual(facts(after), facts(before), "nothing is repaired");
  const different = new Set(differences.map(({ blockNumber }) => blockNumber));
  for (const { block_number, verified_at } of after.events)
    assert.equal(verified_at !== null, block_number <= finalized && !different.has(block_number));
  assert.ok(raised > 20);
});

test("what cannot be proven is not marked", async () => {
  await fill();
  proxy.fault = receipts((all) => all.slice(1));
  await assert.rejects(raise(), /receipts have root/);
  proxy.fault = undefined;
  assert.ok((await ledger()).events.every(({ verified_at }) => verified_at === null));
});

test("a range that is not final, or none, is refused", async () => {
  await fill();
  for (const [from, to] of [
    [0n, finalized + 1n],
    [5n, 4n],
  ] as const)
    await assert.rejects(
      raise(from, to),
      (error) => error instanceof OperatorError && /is final up to block \d+/.test(error.message),
    );
});
