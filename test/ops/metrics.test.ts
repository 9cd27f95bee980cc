import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObservedChain } from "../../indexer/ops/health.ts";
import { createLogger } from "../../indexer/ops/log.ts";
import { Metrics } from "../../indexer/ops/metrics/metrics.ts";
import { serveMetrics } from "../../indexer/ops/metrics/metricsServer.ts";
import type { RunnerReport } from "../../indexer/ops/runnerReport.ts";

const NOW = 1_800_000_000_000;
const POOL = { total: 3, idle: 1, waiting: 2 };
const chain: ObservedChain = {
  ...{ chainId: 1n, name: 'One "and" only', status: "LIVE", verification: "LINKED", quarantine: null },
  ...{
    headNumber: 120n,
    knownAt: 0n,
    headTime: 1_799_999_990n,
    indexedNumber: 100n,
    indexedHash: null,
    indexedTime: 1_799_999_900n,
  },
  ...{ safeNumber: null, finalizedNumber: 90n, checkedAt: NOW - 1_500, lastSeq: 2n ** 40n },
  knownAt: 0n,
};
const runner: RunnerReport = {
  ...{ chainId: 1n, name: "One", phase: "backfill", since: NOW, problem: undefined, endpoints: [] },
  progress: { done: 50, total: 200, perSecond: 10, secondsLeft: 15 },
};

/** Samples by series, as Prometheus reads them. */
async function samples(
  metrics: Metrics,
  scraped: Partial<Parameters<Metrics["text"]>[0]> = {},
): Promise<Map<string, number>> {
  const text = await metrics.text({
    chains: [chain],
    runners: [runner],
    pool: POOL,
    watchers: 3,
    now: NOW,
    ...{ feeds: new Map([[1n, 2n ** 40n - 5n]]), questionsWaiting: 7 },
    webhooks: { active: 3, failing: 2, ended: 1, deadLetters: 4, overdueSeconds: 1.5 },
    ...scraped,
  });
  return new Map(
    text
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => {
        const end = line.lastIndexOf(" ");
        return [line.slice(0, end), Number(line.slice(end + 1))] as const;
      }),
  );
}

test("what the ledger holds, exact; what is not known is missing and not 0", async () => {
  const found = await samples(new Metrics(60));
  const of = (name: string, labels = 'chain="eip155:1"') => found.get(`grantledger_${name}{${labels}}`);
  assert.deepEqual(
    ["chain_head_block", "chain_indexed_block", "chain_finalized_block", "chain_lag_blocks", "chain_lag_seconds"].map(
      (name) => of(name),
    ),
    [120, 100, 90, 20, 90],
  );
  assert.deepEqual([of("chain_head_age_seconds"), of("chain_unconfirmed_seconds")], [10, 1.5]);
  assert.equal(of("chain_known_events"), 2 ** 40);
  assert.equal(of("chain_safe_block"), undefined);
  assert.equal(of("chain_info", 'chain="eip155:1",name="One \\"and\\" only"'), 1);
  assert.deepEqual(
    ["LIVE", "BACKFILL", "STALE", "QUARANTINED", "RETIRED"].map((status) =>
      of("chain_status", `chain="eip155:1",status="${status}"`),
    ),
    [1, 0, 0, 0, 0],
  );
  assert.equal(of("chain_phase", 'chain="eip155:1",phase="backfill"'), 1);
  assert.deepEqual(
    ["done_blocks", "target_blocks", "rate_blocks_per_second", "left_seconds"].map((name) => of(`backfill_${name}`)),
    [50, 200, 10, 15],
  );
  assert.deepEqual(
    [of("database_pool_connections", 'state="busy"'), found.get("grantledger_database_pool_waiting_queries")],
    [2, 2],
  );
  assert.ok((found.get("process_resident_memory_bytes") ?? 0) > 1e6);
});

test("what is told and recorded behind the answers; where nothing is, nothing is said of it", async () => {
  const metrics = new Metrics(60);
  const names = ["webhook_dead_letters", "webhook_overdue_seconds", "query_log_waiting"];
  const states = ["active", "failing", "ended"];
  const told = async (scraped: Parameters<typeof samples>[1] = {}) => {
    const found = await samples(metrics, scraped);
    return [
      found.get('grantledger_chain_feed_behind_events{chain="eip155:1"}'),
      ...states.map((state) => found.get(`grantledger_webhooks{state="${state}"}`)),
      ...names.map((name) => found.get(`grantledger_${name}`)),
    ];
  };
  const all = [5, 3, 2, 1, 4, 1.5, 7];
  assert.deepEqual(await told(), all);
  const nothing = { feeds: undefined, webhooks: undefined, questionsWaiting: undefined };
  assert.deepEqual(await told(nothing), Array(7).fill(undefined));
  assert.deepEqual(await told(), all);
});

test("a stale head is told by the clock alone; values follow from scrape to scrape", async () => {
  const metrics = new Metrics(60);
  const status = async (name: string, now: number) =>
    (await samples(metrics, { now })).get(`grantledger_chain_status{chain="eip155:1",status="${name}"}`);
  assert.deepEqual([await status("LIVE", NOW), await status("STALE", NOW)], [1, 0]);
  assert.deepEqual([await status("LIVE", NOW + 61_000), await status("STALE", NOW + 61_000)], [0, 1]);
  assert.deepEqual([await status("LIVE", NOW), await status("STALE", NOW)], [1, 0]);
  const gone = await samples(metrics, { runners: [{ ...runner, progress: undefined }] });
  assert.ok(
    ![...gone.keys()].some((series) => series.startsWith("grantledger_backfill_")),
    "a backfill that is over is gone",
  );
});

test("without its database a process still tells of itself", async () => {
  const metrics = new Metrics(60);
  await samples(metrics);
  const found = await samples(metrics, { chains: undefined });
  assert.equal(found.get("grantledger_database_up"), 0);
  assert.ok(
    ![...found.keys()].some((series) => series.startsWith("grantledger_chain_status")),
    "no old values are told",
  );
  assert.equal(found.get('grantledger_chain_phase{chain="eip155:1",phase="backfill"}'), 1);
});

test("what the runners and endpoints did is counted, from 0 on where it may alert", async () => {
  const metrics = new Metrics(60);
  const [sync, rpc] = [metrics.chainObserver(1n), metrics.rpcObserver(1n)];
  const zero = await samples(metrics);
  for (const kind of ["malformed", "contradiction", "hidden_event", "finality"])
    assert.equal(zero.get(`grantledger_verification_failures_total{chain="eip155:1",kind="${kind}"}`), 0, kind);
  assert.equal(zero.get('grantledger_reorgs_total{chain="eip155:1"}'), 0);

  sync.wrote("append", 0.02);
  sync.added(100, 7);
  sync.reorganised(3);
  sync.reorganised(20);
  sync.retracted(5);
  sync.disbelieved("hidden_event");
  const endpoint = "https://a.example/***";
  rpc.answered({ endpoint, method: "eth_getLogs", calls: 1, ms: 30 });
  rpc.answered({ endpoint, method: "eth_getBlockByNumber", calls: 100, ms: 300 });
  rpc.answered({ endpoint, method: "eth_getBlockByNumber, eth_getLogs", calls: 9, ms: 1 });
  for (let i = 0; i < 50; i++) rpc.answered({ endpoint, method: `made_up_${i}`, calls: 1, ms: 1 });
  rpc.failed({ endpoint, method: "eth_getLogs", kind: "timeout", message: "late", next: "" });
  rpc.head({ endpoint, number: 42n });
  rpc.disagreed({ about: "block 42", endpoints: [endpoint] });

  const found = await samples(metrics);
  const at = (name: string, labels = "") =>
    found.get(`grantledger_${name}{${labels}${labels === "" ? "" : ","}chain="eip155:1"}`) ??
    found.get(`grantledger_${name}{chain="eip155:1"${labels === "" ? "" : `,${labels}`}}`);
  assert.deepEqual([at("reorgs_total"), at("retracted_events_total")], [2, 5]);
  assert.deepEqual(
    [
      at("reorg_depth_blocks_bucket", 'le="4"'),
      at("reorg_depth_blocks_bucket", 'le="16"'),
      at("reorg_depth_blocks_count"),
    ],
    [1, 1, 2],
  );
  assert.deepEqual([at("batch_blocks_sum"), at("batch_events_sum")], [100, 7]);
  assert.equal(at("write_duration_seconds_count", 'step="append"'), 1);
  assert.equal(at("verification_failures_total", 'kind="hidden_event"'), 1);
  const calls = [...found].filter(([series]) => series.startsWith("grantledger_rpc_calls_total"));
  assert.deepEqual(
    calls.map(([series, value]) => [/method="(\w+)"/.exec(series)?.[1], value]).sort(),
    [
      ["eth_getBlockByNumber", 100],
      ["eth_getLogs", 1],
      ["mixed", 9],
      ["other", 50],
    ],
    "methods that are not ours are one series, however many there are",
  );
  assert.equal(at("rpc_errors_total", `endpoint="${endpoint}",kind="timeout"`), 1);
  assert.equal(at("rpc_endpoint_up", `endpoint="${endpoint}"`), 0);
  assert.equal(at("rpc_endpoint_head_block", `endpoint="${endpoint}"`), 42);
  assert.equal(at("rpc_disagreements_total"), 1);
});

test("the server has the metrics at /metrics and nothing else, and says which address it cannot have", async () => {
  const log = createLogger("error", { write: () => {} });
  let fails = false;
  const text = async (): Promise<string> => {
    if (fails) throw new Error("postgresql://user:secret@host/ is away");
    return "grantledger_up 1\n";
  };
  const options = { host: "127.0.0.1", port: 0, contentType: "text/plain; version=0.0.4", text, log };
  const server = await serveMetrics(options);
  try {
    const answer = await fetch(server.url);
    assert.deepEqual(
      [answer.status, answer.headers.get("content-type"), await answer.text()],
      [200, options.contentType, "grantledger_up 1\n"],
    );
    for (const path of ["/", "/metrics/x", "/graphql"])
      assert.equal((await fetch(new URL(path, server.url))).status, 404);
    fails = true;
    const failed = await fetch(server.url);
    assert.equal(failed.status, 500);
    assert.doesNotMatch(await failed.text(), /secret/);
    await assert.rejects(serveMetrics({ ...options, port: Number(new URL(server.url).port) }), {
      name: "OperatorError",
      message: /free the port or configure another/,
    });
  } finally {
    await server.stop();
  }
  await assert.rejects(fetch(server.url));
});
