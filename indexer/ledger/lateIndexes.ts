import type pg from "pg";
import { leave } from "./writerConnection.ts";

/**
 * Indexes that only readers need, and what a reorg or a grant made onward needs. An index of random keys costs as much as
 * the row it is for; built over the whole table it costs a fraction. So an empty ledger is filled without them, and they
 * are built before its first chain becomes LIVE, that is before any answer rests on it.
 *
 * Which are missing, the catalog alone says: a process killed at any moment finds it there, and so does another chain's.
 */
const LATE_INDEXES = {
  // Those of random keys first, which take longest: two are built at a time.
  event_by_grant: "INDEX event_by_grant ON event (credential, grantee, seq)",
  event_by_holder: "INDEX event_by_holder ON event (holder, block_time, chain_id, seq)",
  event_by_grantee: "INDEX event_by_grantee ON event (grantee, block_time, chain_id, seq) WHERE grantee IS NOT NULL",
  access_grant_by_grantee: "INDEX access_grant_by_grantee ON access_grant (grantee, credential)",
  access_grant_by_holder: "INDEX access_grant_by_holder ON access_grant (holder, credential)",
  // Its rows come from linked blocks, once each; that no two have one position is found here, before anybody is answered.
  event_live_position:
    "UNIQUE INDEX event_live_position ON event (chain_id, block_number, tx_index, log_index) WHERE retracted_at IS NULL",
  event_by_time: "INDEX event_by_time ON event (block_time, chain_id, seq)",
} as const;

export type LateIndex = keyof typeof LATE_INDEXES;
export const ALL_LATE_INDEXES = Object.keys(LATE_INDEXES) as LateIndex[];

/** Who drops them or relies on them is alone, who builds them is beside others that do. Taken before any table of the ledger is. */
const ALONE_SQL = "SELECT pg_advisory_xact_lock(hashtextextended('grantledger.indexes', 0))";
const BUILDING_SQL = "SELECT pg_advisory_xact_lock_shared(hashtextextended('grantledger.indexes', 0))";
/** Nobody builds the same one at once. */
const buildingSql = (name: LateIndex): string =>
  `SELECT pg_advisory_xact_lock(hashtextextended('grantledger.index.${name}', 0))`;
const LOCK_NOT_AVAILABLE = "55P03";
/** Readers of an empty ledger are quick; with one that is not, the ledger is filled with its indexes. */
const DROP_WAIT = "1s";
/** Sorting in memory is what makes building cheap; PostgreSQL takes no more than it needs. */
const BUILD_MEMORY = "256MB";
/** Building takes as long as it takes: minutes, for tens of millions of events. */
const BUILD_TIMEOUT_MS = 24 * 60 * 60_000;

/** Drops them, if the ledger holds no event of any chain and no answer may rest on one. */
export async function dropLateIndexes(client: pg.ClientBase): Promise<void> {
  try {
    await transaction(client, async () => {
      await client.query(`SET LOCAL lock_timeout = '${DROP_WAIT}'`);
      await client.query(ALONE_SQL);
      const { rows } = await client.query<{ unused: boolean }>(
        "SELECT NOT EXISTS (SELECT FROM event) AND NOT EXISTS (SELECT FROM chain WHERE status <> 'BACKFILL') AS unused",
      );
      if (rows[0]?.unused) await client.query(`DROP INDEX IF EXISTS ${ALL_LATE_INDEXES.join(", ")}`);
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw error;
  }
}

/**
 * Builds those of `wanted` that are missing, each in a transaction of its own. Other chains' writers wait meanwhile.
 * @param another connects once more: a server builds one index on one core, for the most part, so two are built at a time. Where
 * no connection is to be had, they are built one after the other.
 */
export async function buildLateIndexes(
  client: pg.ClientBase,
  wanted: readonly LateIndex[] = ALL_LATE_INDEXES,
  another?: () => Promise<pg.Client>,
): Promise<void> {
  const names = await missing(client, wanted);
  const beside = names.length > 1 ? await another?.().catch(() => undefined) : undefined;
  if (beside === undefined) return buildEach(client, names);
  const helped = buildEach(beside, names);
  // Met below, if what is built here does not fail first.
  helped.catch(() => {});
  try {
    await buildEach(client, names);
    await helped;
  } finally {
    await leave(beside);
  }
}

/** @param names who builds one takes it out. */
async function buildEach(client: pg.ClientBase, names: LateIndex[]): Promise<void> {
  for (let name = names.shift(); name !== undefined; name = names.shift()) await build(client, name);
}

async function build(client: pg.ClientBase, name: LateIndex): Promise<void> {
  await transaction(client, async () => {
    await client.query(`SET LOCAL statement_timeout = ${BUILD_TIMEOUT_MS}`);
    await client.query(`SET LOCAL maintenance_work_mem = '${BUILD_MEMORY}'`);
    await patiently(client, BUILDING_SQL);
    await patiently(client, buildingSql(name));
    await patiently(client, `CREATE ${LATE_INDEXES[name].replace("INDEX", "INDEX IF NOT EXISTS")}`);
  });
}

/**
 * In the transaction that makes a chain LIVE, before anything else: keeps them from being dropped until it is committed.
 * @returns whether all are there.
 */
export async function holdLateIndexes(client: pg.ClientBase): Promise<boolean> {
  await client.query(ALONE_SQL);
  return (await missing(client, ALL_LATE_INDEXES)).length === 0;
}

async function missing(client: pg.ClientBase, wanted: readonly LateIndex[]): Promise<LateIndex[]> {
  const { rows } = await client.query<{ name: LateIndex }>(
    "SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NULL",
    [wanted],
  );
  return rows.map(({ name }) => name);
}

/** Beyond the time that the connection allows its statements. */
const patiently = (client: pg.ClientBase, text: string): Promise<unknown> =>
  client.query({ text, query_timeout: BUILD_TIMEOUT_MS } as pg.QueryConfig);

async function transaction(client: pg.ClientBase, work: () => Promise<void>): Promise<void> {
  await client.query("BEGIN");
  try {
    await work();
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}
