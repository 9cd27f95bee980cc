import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import pg from "pg";
import { toAddress } from "../indexer/grants/bytes.ts";
import { migrate } from "../indexer/ledger/migrate.ts";
import { ChainWriter } from "../indexer/ledger/writer.ts";
import { startTestPostgres } from "../test/support/postgres.ts";
import { checkTimes } from "./checkTimes.ts";
import { GrowthBlocks } from "./growthBlocks.ts";
import { quantile } from "./measures/world.ts";
import { Spent } from "./spent.ts";
import { CONTRACT } from "./synthetic/events.ts";

/**
 * What an event and a check cost in a ledger of 10^5, 10^6, 10^7 grants: `node bench/growth.ts --grants 100000,1000000`.
 * The real writer is given the blocks of a synthetic chain, first as history, which builds the late indexes at its end,
 * then live, a block at a time, with all indexes there. CPU is told beside the clock, which other work disturbs.
 * `--setting shared_buffers=1GB` sets PostgreSQL; may be given several times.
 */
const { values } = parseArgs({
  options: {
    grants: { type: "string", default: "100000,1000000" },
    live: { type: "string", default: "100" },
    checks: { type: "string", default: "1000" },
    setting: { type: "string", multiple: true, default: [] },
  },
});
const CHAIN_ID = 31_337n;
const EVENTS_PER_BLOCK = 100;
const BLOCKS_PER_STEP = 40;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

for (const grants of values.grants.split(",").map(Number)) {
  const postgres = await startTestPostgres({ durable: true, settings: values.setting });
  try {
    say(`${grants} grants${values.setting.map((setting) => `, ${setting}`).join("")}`);
    for (const [name, value] of Object.entries(await measure(await postgres.createDatabase(), grants)))
      say(`  ${name.padEnd(48)} ${value}`);
  } finally {
    await postgres.stop();
  }
}

async function measure(databaseUrl: string, grants: number): Promise<Record<string, string>> {
  await migrate(databaseUrl);
  const sql = new pg.Client({ connectionString: databaseUrl });
  sql.on("error", () => {});
  await sql.connect();
  const live = Number(values.live);
  const history = Math.ceil(grants / EVENTS_PER_BLOCK);
  const chain = new GrowthBlocks(EVENTS_PER_BLOCK);
  const contracts = [{ name: "AccessGrants", address: toAddress(CONTRACT), startBlock: 1n }] as const;
  const identity = { chainId: CHAIN_ID, name: "growth", contracts, reading: { verification: "LINKED" } } as const;
  const writer = await ChainWriter.open({ databaseUrl, ...identity, clock: Date.now });
  if (writer === undefined) throw new Error("another process writes this chain");

  const past = new Spent(sql);
  await past.begin();
  for (let left = history; left > 0; left -= BLOCKS_PER_STEP)
    await past.time(writer, chain.take(Math.min(left, BLOCKS_PER_STEP), false));
  await past.end();
  const building = performance.now();
  await writer.confirm(chain.view(true));
  const built = (performance.now() - building) / 1000;
  await sql.query("VACUUM ANALYZE");

  const present = new Spent(sql);
  await present.begin();
  for (let i = 0; i < live; i++) await present.time(writer, chain.take(1, true));
  await present.end();
  const checks = await checkTimes(databaseUrl, sql, Number(values.checks));
  const { rows } = await sql.query(
    `SELECT pg_total_relation_size('event') AS event, pg_total_relation_size('access_grant') AS access_grant,
            pg_relation_size('event') AS event_heap, pg_relation_size('access_grant') AS access_grant_heap,
            pg_relation_size('access_grant_pkey') AS key`,
  );
  await writer.close();
  await sql.end();
  const perEvent = (bytes: string): string =>
    `${Math.round(Number(bytes) / (history + live) / EVENTS_PER_BLOCK)} bytes`;
  return {
    "history, an event": past.perEvent(),
    "late indexes": `${built.toFixed(1)} s, ${((built * 1e6) / history / EVENTS_PER_BLOCK).toFixed(1)} µs an event`,
    "live, an event": present.perEvent(),
    "live, a block of 100": `${quantile(present.steps, 0.5).toFixed(1)} ms median, ${quantile(present.steps, 0.95).toFixed(1)} ms p95`,
    "check over GraphQL": `${quantile(checks.alone, 0.5).toFixed(2)} ms median, ${quantile(checks.alone, 0.95).toFixed(2)} ms p95`,
    "checks, 20 at once": `${checks.together.toFixed(0)} a second`,
    "event: row, with indexes": `${perEvent(rows[0].event_heap)}, ${perEvent(rows[0].event)}`,
    "access_grant: row, key, with indexes": `${perEvent(rows[0].access_grant_heap)}, ${perEvent(rows[0].key)}, ${perEvent(rows[0].access_grant)}`,
  };
}
