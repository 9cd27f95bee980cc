import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { fillChain } from "../bench/busyChain.ts";
import { checkQuery, measureLatency, quantile } from "../bench/latency.ts";
import { deploySuite } from "../deploy/deploy.ts";
import { toHex } from "../indexer/grants/bytes.ts";
import { startAnvil } from "../test/support/anvil.ts";
import { startTestPostgres } from "../test/support/postgres.ts";

/**
 * `npm run bench`: everything in one run on one machine, so that the figures can be set against each other. What is
 * measured and how is in docs/BENCHMARKS.md. `npm run bench -- --blocks 200` makes a small run.
 */

const CHAIN_ID = 31337;
const EVENTS_PER_BLOCK = 100;
const RUNS = 3;
const run = promisify(execFile);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const inBench = (file: string): string => fileURLToPath(new URL(`../bench/${file}`, import.meta.url));

interface Backfill {
  readonly events: number;
  readonly seconds: number;
  readonly maxRssMb: number;
  readonly cpuSeconds: number;
}

const at = process.argv.indexOf("--blocks");
const blocks = at > 0 ? Number(process.argv[at + 1]) : 2_000;
if (!Number.isInteger(blocks) || blocks < 1) {
  say("usage: npm run bench -- [--blocks <number of blocks, 100 events each>]");
  process.exit(1);
}

const folder = await mkdtemp(join(tmpdir(), "grantledger-bench-"));
const [postgres, anvil] = await Promise.all([startTestPostgres({ durable: true }), startAnvil({ chainId: CHAIN_ID })]);
try {
  const contract = await deploy();
  const expected = blocks * EVENTS_PER_BLOCK;
  await fill(contract);

  const backfills: Backfill[] = [];
  let database = "";
  for (let i = 0; i < RUNS; i++) {
    database = await postgres.createDatabase();
    const args = [database, anvil.url, String(CHAIN_ID), contract, "1", String(expected)];
    const { stdout } = await run(process.execPath, [inBench("backfill.ts"), ...args], { timeout: 600_000 });
    const result = JSON.parse(stdout) as Backfill;
    if (result.events !== expected) throw new Error(`expected ${expected} events, the ledger has ${result.events}`);
    say(`backfill ${i + 1} of ${RUNS}: ${(result.events / result.seconds).toFixed(0)} events/s`);
    backfills.push(result);
  }
  const { latencies, rate, p99 } = await serve(database, contract);

  const median = (pick: (result: Backfill) => number): number => quantile(backfills.map(pick), 0.5);
  say(
    `\n${cpus().length} cores, ${cpus()[0]?.model}, Node ${process.version}, ${expected} events in ${blocks} blocks\n`,
  );
  say("| measure | value |\n|---|---|");
  say(`| backfill, linked, median of ${RUNS} | ${median((r) => r.events / r.seconds).toFixed(0)} events/s |`);
  say(`| CPU of the indexer for it | ${median((r) => r.cpuSeconds).toFixed(2)} s |`);
  say(`| peak memory of the indexer | ${median((r) => r.maxRssMb).toFixed(0)} MB |`);
  say(
    `| mined block to visible through GraphQL, polling every 100 ms | median ${quantile(latencies, 0.5).toFixed(0)} ms, p95 ${quantile(latencies, 0.95).toFixed(0)} ms |`,
  );
  say(`| \`check\` over GraphQL, 20 connections | ${rate.toFixed(0)} requests/s, p99 ${p99} ms |`);
} finally {
  await Promise.all([anvil.stop(), postgres.stop(), rm(folder, { recursive: true, force: true })]);
}

async function deploy(): Promise<string> {
  await anvil.send("evm_setAutomine", true);
  const signer = await anvil.provider.getSigner(0);
  const { suite } = await deploySuite({ signer, chainId: CHAIN_ID, directory: folder });
  await anvil.send("evm_setAutomine", false);
  return suite.accessGrants.address;
}

async function fill(contract: string): Promise<void> {
  const begun = performance.now();
  const size = { blocks, eventsPerBlock: EVENTS_PER_BLOCK, eventsPerTransaction: 25 };
  await fillChain(anvil, contract, size, (block) => {
    const step = Math.max(1, Math.floor(blocks / 10));
    if (block % step !== 0) return;
    const left = ((performance.now() - begun) / block) * (blocks - block);
    say(`making the chain: ${block} of ${blocks} blocks, about ${Math.ceil(left / 1000)} s left`);
  });
}

async function serve(database: string, contract: string): Promise<{ latencies: number[]; rate: number; p99: number }> {
  const args = [database, anvil.url, String(CHAIN_ID), contract, "1"];
  const child = fork(inBench("serve.ts"), args, { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  try {
    const [line] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
    const api = `${line.toString().trim()}/graphql`;
    const latencies = await measureLatency(anvil, contract, api, 100);

    const client = new pg.Client({ connectionString: database });
    await client.connect();
    const { rows } = await client.query("SELECT credential, grantee FROM access_grant LIMIT 1");
    await client.end();
    const query = checkQuery(toHex(rows[0].credential), toHex(rows[0].grantee));
    const cannon = createRequire(import.meta.url).resolve("autocannon/autocannon.js");
    const load = ["--json", "-c", "20", "-d", "10", "-W", "[", "-c", "20", "-d", "15", "]", "-m", "POST"];
    const { stdout } = await run(
      process.execPath,
      [cannon, ...load, "-H", "content-type=application/json", "-b", query, api],
      { timeout: 60_000, maxBuffer: 1 << 24 },
    );
    // One line for the warm-up, one for the measurement.
    const result = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as {
      requests: { average: number };
      latency: { p99: number };
      non2xx: number;
    };
    if (result.non2xx > 0) throw new Error(`${result.non2xx} of the checks were not answered with 200`);
    return { latencies, rate: result.requests.average, p99: result.latency.p99 };
  } finally {
    child.disconnect();
    await once(child, "exit");
  }
}
