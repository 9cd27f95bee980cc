import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type pg from "pg";
import type { ChainConfig } from "../../indexer/config/config.ts";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { startAnvil, type TestAnvil } from "../support/anvil.ts";
import { chainConfig, type Indexing, startIndexing } from "../support/indexing.ts";
import { connect, type Ledger, readLedger } from "../support/ledger.ts";
import { block, type Fault, type LyingProxy, type RpcBlock, startLyingProxy } from "../support/lyingProxy.ts";
import { assertEquals } from "../support/oracle.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { type Party, Traffic } from "../support/traffic.ts";
import { readTruth } from "../support/truth.ts";
import { until } from "../support/wait.ts";

/** One chain through several endpoints, of which some lie; and heads that a node pushes. */

const party: Party = { holder: 1, grantee: 7, seal: 1, purpose: 1 };
/** Longer than any test: what is seen meanwhile was seen because it was pushed. */
const HARDLY_EVER_MS = 600_000;

let postgres: TestPostgres;
let anvil: TestAnvil;
let traffic: Traffic;
let liar: LyingProxy;
let sql: pg.Client;
let databaseUrl: string;
let indexing: Indexing | undefined;
let chainId = 46_000;

before(async () => {
  postgres = await startTestPostgres();
});
after(() => postgres?.stop());
beforeEach(async () => {
  anvil = await startAnvil({ chainId: ++chainId });
  traffic = await Traffic.start(anvil);
  await traffic.mine(traffic.grant(party, { retention: 1 }));
  await traffic.empty(12);
  await traffic.mine(traffic.grant(party, { retention: 2 }));
  await traffic.empty(3);
  liar = await startLyingProxy(anvil.url);
  databaseUrl = await postgres.createDatabase();
  await migrate(databaseUrl);
  sql = await connect(databaseUrl);
});
afterEach(async () => {
  await indexing?.stop();
  indexing = undefined;
  await sql?.end();
  await liar?.stop();
  await anvil?.stop();
});

const ledger = (): Promise<Ledger> => readLedger(sql, anvil.chainId);
const socketUrl = (): string => anvil.url.replace("http", "ws");
function start(rpc: readonly string[], change: Partial<ChainConfig> = {}): Indexing {
  indexing = startIndexing(databaseUrl, { ...chainConfig(traffic, rpc), ...change });
  return indexing;
}

async function agrees(): Promise<Ledger> {
  const truth = await readTruth(anvil.provider, traffic.address);
  const head = truth.blocks.at(-1);
  await until(
    `the ledger is at block ${head?.number}`,
    async () => {
      const { chain } = await ledger();
      return chain?.indexed_hash === head?.hash && chain?.status === "LIVE";
    },
    { withinMs: 30_000 },
  ).catch((error) => {
    throw new Error(`${indexing?.runner.phase}: ${indexing?.runner.problem}`, { cause: error });
  });
  const now = await ledger();
  assertEquals(now, truth, BigInt(traffic.startBlock));
  return now;
}

test("a block is in the ledger because the node pushed it, long before the next look is due", async () => {
  const { lines } = start([socketUrl()], { pollIntervalMs: HARDLY_EVER_MS });
  await until("it is subscribed", () => lines.some((line) => /subscription on/.test(line)));
  await traffic.mine(traffic.grant(party, { retention: 3 }));
  await agrees();
  await traffic.reorg(2, [[traffic.revoke(party), 0]]);
  await traffic.mine();
  assert.equal((await agrees()).reorgs.length, 1);
});

test("one endpoint that pushes is enough to wake for all, and the others go on when it is gone", async () => {
  const { lines } = start([liar.url, socketUrl()], { pollIntervalMs: 2_000 });
  await until("it is subscribed", () => lines.some((line) => /subscription on/.test(line)));
  await agrees();
  await traffic.mine(traffic.grant(party, { retention: 4 }));
  await agrees();
});

/** A node that is on a branch of its own from some block on, always the same. */
const astray = (from: number): Fault =>
  block((header: RpcBlock) =>
    Number(header.number) < from
      ? undefined
      : {
          ...header,
          hash: `0x${"bad".padEnd(56, "0")}${header.number.slice(2).padStart(8, "0")}`,
          ...(Number(header.number) > from
            ? {
                parentHash: `0x${"bad".padEnd(56, "0")}${(Number(header.number) - 1).toString(16).padStart(8, "0")}`,
              }
            : {}),
        },
  );

test("a reorg that one node alone shows is none: the other is asked, and nothing is rolled back", async () => {
  const { lines } = start([liar.url, anvil.url]);
  const before = await agrees();
  liar.fault = astray((await traffic.head()) - 5);
  await until(
    "they were found to contradict each other",
    () => lines.some((line) => /endpoints contradict each other/.test(line)),
    { withinMs: 5_000 },
  ).catch(() => {
    // The truthful one may be the one that is used; then the liar's branch is never followed at all.
    assert.equal(indexing?.runner.phase, "live");
  });
  await traffic.mine(traffic.grant(party, { retention: 5 }));
  const now = await agrees();
  assert.equal(now.reorgs.length, 0);
  assert.ok(now.events.length > before.events.length, "and it goes on with the truthful one");
});

test("the same node alone is believed after two looks: it is the second opinion that protects", async () => {
  start([liar.url]);
  await agrees();
  liar.fault = astray((await traffic.head()) - 2);
  await until("it was rolled back", async () => (await ledger()).reorgs.length > 0);
  liar.fault = undefined;
  await agrees();
});

test("a quorum of two: one node's finality and one node's head bring nothing about", async () => {
  const truth = await readTruth(anvil.provider, traffic.address);
  liar.fault = async (call, answer) => {
    if (call.method !== "eth_getBlockByNumber" || call.params[0] !== "finalized") return answer;
    return { result: await anvil.send("eth_getBlockByNumber", "latest", false) };
  };
  start([liar.url, anvil.url], { quorum: 2 });
  await agrees();
  assert.equal((await ledger()).chain?.finalized_number, truth.finalized);
  assert.ok(liar.lies > 0, "the liar was asked");

  liar.fault = astray(await traffic.head());
  await until("it does not go on with one of them", () => indexing?.runner.phase === "retrying");
  assert.match(indexing?.runner.problem ?? "", /fewer than 2 endpoints agree on the newest block/);
  assert.equal((await ledger()).reorgs.length, 0);
  liar.fault = undefined;
  await traffic.mine(traffic.revoke(party));
  await agrees();
});
