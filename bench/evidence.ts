import { availableParallelism, loadavg } from "node:os";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import pg from "pg";
import type { ChainConfig } from "../indexer/config/config.ts";
import { verifyBundle } from "../indexer/evidence/verifyBundle.ts";
import { startIndexer } from "../indexer/indexer.ts";
import { createLogger } from "../indexer/ops/log.ts";
import { startAnvil } from "../test/support/anvil.ts";
import { chainConfig } from "../test/support/indexing.ts";
import { startTestPostgres } from "../test/support/postgres.ts";
import { VERIFIED } from "../test/support/reading.ts";
import { Traffic } from "../test/support/traffic.ts";
import { asks } from "./measures/ask.ts";
import { quantile, until } from "./measures/world.ts";

/**
 * What evidence of an event costs over HTTP, block and receipts fetched from the node, then out of what is kept; and what it
 * costs to check: `node bench/evidence.ts --blocks 40 --transactions 150 --logs 2`.
 */
const { values } = parseArgs({
  options: {
    blocks: { type: "string", default: "40" },
    transactions: { type: "string", default: "150" },
    logs: { type: "string", default: "2" },
  },
});
const [blocks, transactions, logs] = [values.blocks, values.transactions, values.logs].map(Number) as [
  number,
  number,
  number,
];
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const CHAIN_ID = 31_337;

const postgres = await startTestPostgres();
const anvil = await startAnvil({ chainId: CHAIN_ID, args: ["--gas-limit", "1000000000"] });
try {
  const traffic = await Traffic.start(anvil);
  for (let block = 0, seal = 1; block < blocks; block++) {
    const acts = Array.from({ length: transactions }, () => {
      seal += logs;
      return traffic.grantMany(1 + (seal % 6), seal, logs);
    });
    await traffic.mine(...acts);
  }
  await measure(chainConfig(traffic, [anvil.url], VERIFIED));
} finally {
  await anvil.stop();
  await postgres.stop();
}

async function measure(chain: ChainConfig): Promise<void> {
  const databaseUrl = await postgres.createDatabase();
  const indexer = await startIndexer({
    ...{ databaseUrl, chains: [chain], log: createLogger("error") },
    api: { host: "127.0.0.1", port: 0, explore: false, maxStalenessSeconds: 600 },
  });
  const sql = new pg.Client({ connectionString: databaseUrl });
  await sql.connect();
  try {
    const wanted = blocks * transactions * logs;
    const indexed = async (): Promise<boolean> => {
      const { rows } = await sql.query<{ count: string }>("SELECT count(*) FROM event");
      return Number(rows[0]?.count) === wanted;
    };
    await until(indexed, { everyMs: 100, withinMs: 120_000, what: `${wanted} events are indexed` });
    const url = `${indexer.url}/graphql`;
    const events = await oneOfEachBlock(url);
    const bundles: Uint8Array[] = [];
    const ask = async (id: string): Promise<void> => {
      const said = (await asks(url, { query: "query ($id: ID!) { evidence(event: $id) }", variables: { id } })) as {
        evidence?: unknown;
      };
      if (said.evidence == null) throw new Error(`no evidence of ${id}`);
      bundles.push(new TextEncoder().encode(JSON.stringify(said.evidence)));
    };
    say(`load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} cores`);
    say(`${blocks} blocks of ${transactions} transactions with ${logs} logs each`);
    show("fetched from the node", await timed(events, ask));
    show("out of what is kept", await timed(events, ask));
    const size = bundles.reduce((sum, { length }) => sum + length, 0) / bundles.length;
    show(
      "checked, in process",
      await timed(bundles.slice(0, events.length), async (bytes) => void verifyBundle(bytes)),
    );
    say(`  a bundle has ${(size / 1024).toFixed(1)} KiB`);
  } finally {
    await sql.end();
    await indexer.stop();
  }
}

/** The last event of every block, which has the most receipts before it. */
async function oneOfEachBlock(url: string): Promise<string[]> {
  const last = new Map<number, string>();
  const query = `query ($after: String) { auditTrail(first: 100, after: $after) {
    nodes { id blockNumber } pageInfo { endCursor hasNextPage } } }`;
  for (let after: string | null = null; ; ) {
    const { auditTrail } = (await asks(url, { query, variables: { after } })) as {
      auditTrail: {
        nodes: { id: string; blockNumber: number }[];
        pageInfo: { endCursor: string; hasNextPage: boolean };
      };
    };
    for (const { id, blockNumber } of auditTrail.nodes) last.set(blockNumber, id);
    if (!auditTrail.pageInfo.hasNextPage) return [...last.values()];
    after = auditTrail.pageInfo.endCursor;
  }
}

interface Times {
  readonly ms: readonly number[];
  /** CPU of this process, which is client, API and indexer at once: other work on the machine does not disturb it. */
  readonly cpuMs: number;
}

async function timed<T>(each: readonly T[], work: (one: T) => Promise<void>): Promise<Times> {
  const times: number[] = [];
  const before = process.cpuUsage();
  for (const one of each) {
    const begun = performance.now();
    await work(one);
    times.push(performance.now() - begun);
  }
  const { user, system } = process.cpuUsage(before);
  return { ms: times, cpuMs: (user + system) / 1000 / each.length };
}

function show(what: string, { ms, cpuMs }: Times): void {
  const [p50, p99] = [0.5, 0.99].map((q) => quantile(ms, q).toFixed(1));
  say(`  ${what.padEnd(24)} p50 ${p50} ms, p99 ${p99} ms, CPU ${cpuMs.toFixed(1)} ms each`);
}
