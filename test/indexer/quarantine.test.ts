import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type pg from "pg";
import { type Indexer, startIndexer } from "../../indexer/indexer.ts";
import { createLogger } from "../../indexer/ops/log.ts";
import { startAnvil } from "../support/anvil.ts";
import { chainConfig } from "../support/indexing.ts";
import { connect, readLedger } from "../support/ledger.ts";
import { type Operator, operator } from "../support/ledgerCommand.ts";
import { type LyingProxy, startLyingProxy } from "../support/lyingProxy.ts";
import { assertEquals, assertTrail } from "../support/oracle.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { type Party, Traffic } from "../support/traffic.ts";
import { readTruth } from "../support/truth.ts";
import { until } from "../support/wait.ts";

/**
 * Two chains in one indexer, of which one contradicts what was final: it is quarantined and said to be, the other goes on,
 * and an operator gives it back either way, while the indexer runs.
 */

const FINAL_AFTER = 8;
const A = 43_001;
const B = 43_002;
const ours: Party = { holder: 1, grantee: 7, seal: 1, purpose: 1 };
const late: Party = { ...ours, seal: 2 };
const theirs: Party = { ...ours, seal: 4 };

let postgres: TestPostgres;
let a: Traffic;
let b: Traffic;
/** In front of the node of A: another node can take its place. */
let proxy: LyingProxy;
let databaseUrl: string;
let sql: pg.Client;
let indexer: Indexer;
let ledger: Operator;
let lines: string[];

before(async () => {
  postgres = await startTestPostgres();
});
after(() => postgres?.stop());

beforeEach(async () => {
  a = await Traffic.start(await startAnvil({ chainId: A }));
  b = await Traffic.start(await startAnvil({ chainId: B }));
  proxy = await startLyingProxy(a.anvil.url);
  await a.mine(a.grant(ours));
  await a.empty(FINAL_AFTER + 3);
  await a.mine(a.grant(late));
  await b.mine(b.grant(theirs));
  databaseUrl = await postgres.createDatabase();
  const chains = [chainConfig(a, [proxy.url]), chainConfig(b)];
  lines = [];
  indexer = await startIndexer({
    ...{ databaseUrl, chains, log: createLogger("info", { write: (line: string) => void lines.push(line) }) },
    api: { host: "127.0.0.1", port: 0, explore: false, maxStalenessSeconds: 60 },
    metrics: { host: "127.0.0.1", port: 0 },
  });
  sql = await connect(databaseUrl);
  ledger = await operator(databaseUrl, chains);
  await until("both chains are live", async () => (await get("/ready")).status === 200);
});
afterEach(async () => {
  await indexer?.stop();
  await ledger?.stop();
  await sql?.end();
  await proxy?.stop();
  await Promise.all([a?.anvil.stop(), b?.anvil.stop()]);
});

async function get(path: string) {
  const response = await fetch(`${indexer.url}${path}`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

interface ChainStatus {
  readonly chain: string;
  readonly status: string;
  readonly why: string | null;
  readonly runner: { phase: string; problem: string | null; waitsFor: string };
}

async function statusOf(chainId: number): Promise<ChainStatus> {
  const { chains } = (await get("/status")).body as { chains: ChainStatus[] };
  const found = chains.find(({ chain }) => chain === `eip155:${chainId}`);
  assert.ok(found);
  return found;
}

async function metric(series: string): Promise<number> {
  const text = await (await fetch(indexer.metricsUrl ?? "")).text();
  const line = text.split("\n").find((one) => one.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1));
}

/** What the check says of a grant in the traffic of one chain. */
async function check(traffic: Traffic, party: Party, chain?: number): Promise<[string, string]> {
  const { decision, reason } = await ask(traffic, party, chain === undefined ? "" : `, chain: "eip155:${chain}"`);
  return [decision, reason];
}

/** An answer of now, and a function that asks for it again later, as it was known then. */
async function remembered(): Promise<() => Promise<void>> {
  const then = await ask(a, ours);
  return async () => assert.deepEqual(await ask(a, ours, `, knownAt: "${then.knownAt}"`), then);
}

async function ask(traffic: Traffic, party: Party, more = "") {
  const { rows } = await sql.query(
    "SELECT DISTINCT credential, grantee FROM event WHERE chain_id = $1 AND grantee = $2 AND seal = $3 AND holder = $4",
    [
      traffic.anvil.chainId,
      Buffer.from(traffic.account(party.grantee).slice(2), "hex"),
      Buffer.from(party.seal.toString(16).padStart(64, "0"), "hex"),
      Buffer.from(traffic.account(party.holder).slice(2), "hex"),
    ],
  );
  const [{ credential, grantee }] = rows as [{ credential: string; grantee: string }];
  const query = `{ check(credential: "${credential}", grantee: "${grantee}"${more}) { decision reason knownAt } }`;
  const response = await fetch(`${indexer.url}/graphql`, {
    ...{ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ query }) },
  });
  const { data } = (await response.json()) as { data: { check: Record<"decision" | "reason" | "knownAt", string> } };
  return data.check;
}

/** A is quarantined, everything that can tell says so, and B goes on as if nothing were. */
async function assertQuarantined(): Promise<void> {
  await until("A is quarantined", async () => (await statusOf(A)).runner.phase === "stopped");
  const { status, why, runner } = await statusOf(A);
  assert.equal(status, "QUARANTINED");
  assert.match(why ?? "", /shares no block with ours .* which was final/);
  assert.match(runner.problem ?? "", /quarantined/);
  assert.equal(runner.waitsFor, "an operator to act");
  const ready = await get("/ready");
  assert.equal(ready.status, 503);
  assert.match(String(ready.body["why"]), /^eip155:43001 .*quarantined/);
  assert.equal(await metric(`grantledger_chain_status{chain="eip155:${A}",status="QUARANTINED"}`), 1);
  assert.equal(await metric(`grantledger_chain_status{chain="eip155:${A}",status="LIVE"}`), 0);
  assert.ok((await metric(`grantledger_verification_failures_total{chain="eip155:${A}",kind="finality"}`)) > 0);
  const error = lines.map((line) => JSON.parse(line)).findLast(({ level, chain }) => level === 50 && chain === A);
  assert.match(error?.problem ?? "", /quarantined/);

  assert.deepEqual(await check(a, ours), ["INDETERMINATE", "CHAIN_QUARANTINED"]);
  await b.mine(b.grant({ ...theirs, purpose: 2 }));
  const head = BigInt(await b.head());
  await until("B goes on", async () => (await readLedger(sql, BigInt(B))).chain?.indexed_number === head);
  assert.deepEqual(await check(b, theirs), ["ALLOWED", "ACTIVE"]);
  assert.deepEqual(await check(b, theirs, B), ["ALLOWED", "ACTIVE"]);
  assert.equal(await metric(`grantledger_chain_status{chain="eip155:${B}",status="LIVE"}`), 1);
}

async function agreesAgain(): Promise<void> {
  const truth = await readTruth(a.anvil.provider, a.address);
  await until(`A is live again; ${(await statusOf(A)).runner.problem}`, async () => {
    const { chain } = await readLedger(sql, BigInt(A));
    return chain?.status === "LIVE" && chain.indexed_hash === truth.blocks.at(-1)?.hash;
  });
  assertEquals(await readLedger(sql, BigInt(A)), truth, BigInt(a.startBlock));
  await until("ready again", async () => (await get("/ready")).status === 200);
  assert.equal((await statusOf(A)).runner.phase, "live");
}

test("the node was wrong: kept, the chain goes on where it stood, without a restart", async () => {
  const before = await readLedger(sql, BigInt(A));
  const stranger = await Traffic.start(await startAnvil({ chainId: A }));
  try {
    await stranger.empty((await a.head()) + 5);
    proxy.node = stranger.anvil.url;
    await assertQuarantined();
    assert.deepEqual((await readLedger(sql, BigInt(A))).events, before.events);

    // While the node still contradicts it, keeping leads back to where it was.
    assert.equal((await ledger.run(["resume", `${A}`, "--keep", "--decision", "a first try"])).code, 0);
    await until("quarantined again", async () => (await statusOf(A)).status === "QUARANTINED");
    await until("and let go of", async () => (await statusOf(A)).runner.phase === "stopped");
  } finally {
    await stranger.anvil.stop();
  }
  proxy.node = a.anvil.url;
  const resumed = await ledger.run([
    ...["resume", `${A}`, "--keep", "--by", "Ada", "--json"],
    ...["--decision", "the provider had put a stranger's node behind the name"],
  ]);
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.deepEqual(resumed.json(), { chain: `eip155:${A}`, action: "RESUMED", at: await a.head(), retracted: 0 });
  await agreesAgain();
  assert.deepEqual(await check(a, ours), ["ALLOWED", "ACTIVE"]);

  const status = await ledger.run(["status", "--json"]);
  assert.equal(status.code, 0, status.stderr);
  const [shown] = status.json().chains;
  assert.equal(shown.interventions.length, 2);
  assert.deepEqual(
    [shown.interventions[0].action, shown.interventions[0].by, shown.interventions[0].decision],
    ["RESUMED", "Ada", "the provider had put a stranger's node behind the name"],
  );
  assert.match(shown.interventions[0].found, /which was final/);
});

test("our history was wrong: rolled back below what was final, nothing erased, and read again", async () => {
  const before = await readLedger(sql, BigInt(A));
  const answers = [await remembered()];
  await a.reorg(FINAL_AFTER + 2, [[a.revoke(ours), 0]]);
  await a.mine(a.grant({ ...ours, seal: 3 }));
  await assertQuarantined();
  answers.push(await remembered());
  const held = await readLedger(sql, BigInt(A));
  assert.deepEqual(held.events, before.events, "nothing was rolled back by itself");
  const final = Number(held.chain?.finalized_number);
  const grantedAt = Number(before.events[0]?.block_number);
  assert.ok(grantedAt < final, "what both share lies below what was final");

  const say = ["--decision", "two more providers have the node's history", "--by", "Ada"];
  const refused = await ledger.run(["resume", `${A}`, "--rollback-to", `${final}`, ...say]);
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    new RegExp(`block ${final} of our history .* is not the node's: .* both share is ${grantedAt}\\b`),
  );
  assert.equal((await readLedger(sql, BigInt(A))).chain?.status, "QUARANTINED", "a refusal changes nothing");

  const resumed = await ledger.run(["resume", `${A}`, "--rollback-to", `${grantedAt}`, ...say, "--json"]);
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.deepEqual(resumed.json(), { chain: `eip155:${A}`, action: "ROLLED_BACK", at: grantedAt, retracted: 1 });
  await agreesAgain();
  const now = await readLedger(sql, BigInt(A));
  assertTrail(now);
  assert.deepEqual(
    now.events.map(({ kind, retracted_at }) => [kind, retracted_at === null]),
    [
      ["GRANTED", true],
      ["GRANTED", false],
      ["REVOKED", true],
      ["GRANTED", true],
    ],
  );
  const [dropped] = now.reorgs;
  assert.deepEqual(
    [now.reorgs.length, dropped?.from_hash, dropped?.ancestor_number, dropped?.retracted_events],
    [1, before.chain?.indexed_hash, BigInt(grantedAt), 1],
  );
  assert.equal(dropped?.detected_at, now.events[1]?.retracted_at, "one moment of knowledge");
  assert.deepEqual(await check(a, ours), ["DENIED", "REVOKED"]);
  // ALLOWED, INDETERMINATE, DENIED: each is still what was said then.
  answers.push(await remembered());
  for (const again of answers) await again();
});

test("nothing is shared: all of it is read again", async () => {
  await a.reorg((await a.head()) - a.startBlock, [[a.grant({ ...ours, seal: 9 }), 3]]);
  await a.mine();
  await assertQuarantined();
  const { code, stderr } = await ledger.run([
    "resume",
    `${A}`,
    "--rollback-to",
    "start",
    "--decision",
    "a new testnet",
  ]);
  assert.equal(code, 0, stderr);
  await agreesAgain();
  const { events } = await readLedger(sql, BigInt(A));
  assert.deepEqual(
    events.map(({ retracted_at }) => retracted_at === null),
    [false, false, true],
  );
});

test("an operator quarantines a chain that is being followed, and gives it back", async () => {
  const allowed = await remembered();
  const quarantined = await ledger.run(["quarantine", `eip155:${A}`, "--reason", "its operators announced a rewind"]);
  assert.equal(quarantined.code, 0, quarantined.stderr);
  assert.deepEqual(await check(a, ours), ["INDETERMINATE", "CHAIN_QUARANTINED"], "from the moment that it returned");
  const uncertain = await remembered();
  const before = await readLedger(sql, BigInt(A));
  await a.mine(a.revoke(ours));
  await until("the runner lets go", async () => (await statusOf(A)).runner.phase === "stopped");
  assert.match((await statusOf(A)).runner.problem ?? "", /its operators announced a rewind/);
  assert.deepEqual((await readLedger(sql, BigInt(A))).events, before.events, "nothing more was written");

  const twice = await ledger.run(["quarantine", `${A}`, "--reason", "again"]);
  assert.equal(twice.code, 1);
  assert.match(twice.stderr, /is quarantined already: its operators announced a rewind/);

  assert.equal((await ledger.run(["resume", `${A}`, "--keep", "--decision", "they did not"])).code, 0);
  await agreesAgain();
  assert.deepEqual(await check(a, ours), ["DENIED", "REVOKED"]);
  await allowed();
  await uncertain();
});

test("what commands refuse: while a chain is written, configured, unknown, or not held", async () => {
  for (const [args, says] of [
    [["resume", `${A}`, "--keep", "--decision", "x"], /is LIVE: there is nothing to resume/],
    [["retire", `${A}`, "--decision", "x"], /is in the configuration: take it out first/],
    [["quarantine", "999", "--reason", "x"], /chain 999 is not in this ledger/],
    [["resume", "999", "--keep", "--decision", "x"], /eip155:999 is not in this ledger/],
  ] as const) {
    const { code, stderr } = await ledger.here(args);
    assert.equal(code, 1, args.join(" "));
    assert.match(stderr, says);
  }
  for (const args of [
    ["resume", `${A}`, "--keep"],
    ["resume", `${A}`, "--keep", "--rollback-to", "3", "--decision", "x"],
    ["resume", `${A}`, "--decision", "x"],
    ["resume", `${A}`, "--rollback-to", "0x3", "--decision", "x"],
    ["resume", "one", "--keep", "--decision", "x"],
    ["quarantine", `${A}`, "--reason", " "],
    ["quarantine", `${A}`, "--why", "x"],
    ["quarantine"],
    ["erase", `${A}`],
  ])
    assert.equal((await ledger.here(args)).code, 2, args.join(" "));

  await ledger.configure([chainConfig(b)]);
  const busy = await ledger.here(["retire", `${A}`, "--decision", "x"]);
  assert.equal(busy.code, 1);
  assert.match(
    busy.stderr,
    /is being written by "grantledger writer 43001" \(connected from 127\.0\.0\.1 since .*PostgreSQL process \d+\)/,
  );
});
