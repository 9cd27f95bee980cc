import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Indexer, startIndexer } from "../../indexer/indexer.ts";
import { createLogger } from "../../indexer/ops/log.ts";
import { startAnvil } from "../support/anvil.ts";
import { chainConfig } from "../support/indexing.ts";
import { type Operator, operator } from "../support/ledgerCommand.ts";
import { type LyingProxy, SECRETS, startLyingProxy } from "../support/lyingProxy.ts";
import { freePort, startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { Traffic } from "../support/traffic.ts";
import { until } from "../support/wait.ts";

/** An indexer at work, as logs, `/status` and `/metrics` tell it: progress, endpoints, reorgs, and never a secret. */

const CHAIN = 43_500;
const HISTORY = 600;

let postgres: TestPostgres;
let traffic: Traffic;
let proxy: LyingProxy;
let databaseUrl: string;
let away: string;
let indexer: Indexer;
let ledger: Operator;
const lines: string[] = [];
/** Everything that anybody was shown. */
const shown: string[] = [];
/** How long the proxy takes for an answer, so that history takes a while. */
let slow = true;

before(async () => {
  postgres = await startTestPostgres();
  traffic = await Traffic.start(await startAnvil({ chainId: CHAIN }));
  await traffic.empty(HISTORY);
  await traffic.mine(traffic.grant({ holder: 1, grantee: 7, seal: 1, purpose: 1 }));
  proxy = await startLyingProxy(traffic.anvil.url);
  proxy.fault = async (call, answer) => {
    if (slow && call.method === "eth_getLogs") await new Promise((resolve) => setTimeout(resolve, 400));
    return answer;
  };
  databaseUrl = await postgres.createDatabase();
  // The first endpoint is away, and has secrets as well.
  away = proxy.urlWithSecrets.replace(/:\d+\//, `:${await freePort()}/`);
  const chain = chainConfig(traffic, [away, proxy.urlWithSecrets]);
  indexer = await startIndexer({
    ...{ databaseUrl, chains: [chain] },
    log: createLogger({ level: "trace" }, { write: (line: string) => void lines.push(line) }),
    api: { host: "127.0.0.1", port: 0, explore: false, maxStalenessSeconds: 60 },
    metrics: { host: "127.0.0.1", port: 0 },
  });
  ledger = await operator(databaseUrl, [chain]);
});
after(async () => {
  await indexer?.stop();
  await ledger?.stop();
  await proxy?.stop();
  await traffic?.anvil.stop();
  await postgres?.stop();
});

async function status() {
  const text = await (await fetch(`${indexer.url}/status`)).text();
  shown.push(text);
  return JSON.parse(text).chains[0];
}

async function metrics(): Promise<string> {
  const text = await (await fetch(indexer.metricsUrl ?? "")).text();
  shown.push(text);
  return text;
}

test("while history is read: not ready, and how far it is", async () => {
  const chain = await until("history is being read", async () => {
    const now = await status();
    return now?.runner?.progress?.blocksPerSecond > 0 && now.status === "BACKFILL" && now;
  });
  assert.equal((await fetch(`${indexer.url}/ready`)).status, 503);
  const { runner } = chain;
  assert.deepEqual([runner.phase, runner.waitsFor], ["backfill", "the rest of the history"]);
  assert.ok(runner.progress.blocksDone > 0 && runner.progress.blocksDone <= runner.progress.blocksTotal);
  assert.ok(runner.progress.blocksTotal >= HISTORY);
  const text = await metrics();
  assert.match(text, new RegExp(`^grantledger_backfill_target_blocks{chain="eip155:${CHAIN}"} \\d+$`, "m"));
  slow = false;
});

test("caught up: ready, no progress any more, and which endpoints did it", async () => {
  await until("it is live", async () => (await status()).runner.phase === "live");
  await until("ready", async () => (await fetch(`${indexer.url}/ready`)).status === 200);
  const { runner, indexed } = await status();
  assert.equal(runner.progress, null);
  const [first, second] = runner.endpoints;
  assert.equal(first.state, "down");
  assert.equal(first.lastFailure.kind, "connection");
  assert.deepEqual([second.state, second.failed], ["up", 0]);
  const text = await metrics();
  assert.match(text, /^grantledger_rpc_errors_total{.*kind="connection"} [1-9]/m);
  assert.match(text, /^grantledger_rpc_calls_total{.*method="(?:eth_getLogs|mixed)"} [1-9]/m);
  assert.match(text, new RegExp(`^grantledger_chain_indexed_block{chain="eip155:${CHAIN}"} ${indexed}$`, "m"));
  assert.doesNotMatch(text, /^grantledger_backfill_/m, "of a history that is in, nothing is left to be told");
  await until("watchers are told everything", async () =>
    new RegExp(`^grantledger_chain_feed_behind_events{chain="eip155:${CHAIN}"} 0$`, "m").test(await metrics()),
  );
  const told = lines.map((line) => JSON.parse(line)).filter(({ room }) => room === "sync");
  const [progress] = told.filter(({ msg }) => / blocks/.test(msg) && /%/.test(msg));
  assert.match(progress?.msg ?? "", /^\d+\.\d %, [\d,]+ of [\d,]+ blocks/);
  assert.ok(progress.done > 0 && progress.total >= HISTORY);
});

test("a reorg is counted with its depth and what it retracted", async () => {
  await traffic.reorg(1);
  await until("it was followed", async () =>
    (await metrics()).includes(`grantledger_reorgs_total{chain="eip155:${CHAIN}"} 1`),
  );
  const text = await metrics();
  assert.match(text, new RegExp(`^grantledger_retracted_events_total{chain="eip155:${CHAIN}"} 1$`, "m"));
  assert.match(text, new RegExp(`^grantledger_reorg_depth_blocks_sum{chain="eip155:${CHAIN}"} 1$`, "m"));
  await until("live again", async () => (await status()).runner.phase === "live");
});

test("at the finest level of every room, no secret is in logs, status, metrics or commands", async () => {
  const said = await ledger.here(["status"]);
  const verified = await ledger.here(["verify", `${CHAIN}`, "0", "9", "--rpc", away]);
  assert.equal(verified.code, 1, "the endpoint is away");
  const checked = await ledger.here(["verify", `${CHAIN}`, "0", "9", "--rpc", proxy.urlWithSecrets]);
  assert.equal(checked.code, 0, checked.stderr);
  shown.push(...lines, ...[said, verified, checked].flatMap(({ stdout, stderr }) => [stdout, stderr]));
  assert.ok(lines.length > 5 && shown.some((text) => text.includes("/***")), "endpoints are named, redacted");
  const password = new URL(databaseUrl).password;
  for (const secret of [...SECRETS, password])
    for (const text of shown) assert.ok(!text.includes(secret), `${secret} is shown in ${text}`);
});

test("retired and taken back: the runner of a chain that is still configured goes on by itself", async () => {
  assert.equal((await ledger.here(["quarantine", `${CHAIN}`, "--reason", "x"])).code, 0);
  await until("it let go", async () => (await status()).runner.phase === "stopped");
  await ledger.configure([]);
  assert.equal((await ledger.here(["retire", `${CHAIN}`, "--decision", "shut down"])).code, 0);
  assert.equal((await status()).status, "RETIRED");
  assert.equal((await fetch(`${indexer.url}/ready`)).status, 200, "nothing is expected of it");
  const twice = await ledger.here(["retire", `${CHAIN}`, "--decision", "shut down"]);
  assert.match(twice.stderr, /is retired already/);
  assert.equal((await ledger.here(["resume", `${CHAIN}`, "--keep", "--decision", "it is back"])).code, 0);
  await until("it follows again", async () => {
    const { status: of, runner } = await status();
    return of === "LIVE" && runner.phase === "live";
  });
});
