import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import type pg from "pg";
import { compareCatalogs, readCatalog, schemaAsSql } from "../../indexer/ledger/catalog.ts";
import { migrate, readMigrations } from "../../indexer/ledger/migrate.ts";
import { OperatorError } from "../../indexer/ops/errors.ts";
import { connect } from "../support/ledger.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";

/** schema.prisma, the migrations and a database that was migrated say the same; and what migrating refuses. */

let postgres: TestPostgres;
before(async () => {
  postgres = await startTestPostgres();
});
after(() => postgres?.stop());

async function withDatabase<T>(use: (client: pg.Client, url: string) => Promise<T>): Promise<T> {
  const url = await postgres.createDatabase();
  const client = await connect(url);
  try {
    return await use(client, url);
  } finally {
    await client.end();
  }
}

const migrated = (change?: string): Promise<string[]> =>
  withDatabase(async (client, url) => {
    await migrate(url);
    if (change !== undefined) await client.query(change);
    return readCatalog(client);
  });

test("schema.prisma and the migrations make the same tables; only functions and triggers are the migrations' own", async () => {
  const fromSchema = await withDatabase(async (client, url) => {
    await client.query(await schemaAsSql(url));
    return readCatalog(client);
  });
  const differences = compareCatalogs(fromSchema, await migrated());
  assert.deepEqual(
    differences.filter((line) => !/^\+ (?:function|trigger) /.test(line)),
    [],
  );
  const triggers = differences.map((line) => /^\+ trigger CREATE TRIGGER (\w+)/.exec(line)?.[1]);
  assert.deepEqual(triggers.filter(Boolean).sort(), [
    "api_key_guard",
    "api_key_guard_truncate",
    "query_log_guard",
    "tell_knowledge",
  ]);
  const functions = differences.map((line) => /FUNCTION public\.(\w+)/.exec(line)?.[1]);
  const named = [
    "grant_state",
    "grant_active_end",
    "grant_access_end",
    "credential_status",
    "snapshot_knows",
    "feed_reaches",
  ];
  for (const name of [...named, "api_key_guard", "query_log_guard"]) assert.ok(functions.includes(name), name);
  // An empty catalog would agree with everything.
  for (const table of [
    "chain",
    "event",
    "access_grant",
    "credential",
    "entity",
    "block",
    "reorg",
    "api_key",
    "query_log",
  ])
    assert.ok(
      fromSchema.some((line) => line.startsWith(`column ${table}.`)),
      table,
    );
});

test("the schema engine, which splits scripts at semicolons, leaves nothing out", async () => {
  const whole = await withDatabase(async (client) => {
    for (const { sql } of await readMigrations()) await client.query(sql);
    return readCatalog(client);
  });
  assert.deepEqual(compareCatalogs(whole, await migrated()), []);
});

const CHANGES: Record<string, [change: string, shows: RegExp]> = {
  "an added column": ["ALTER TABLE event ADD COLUMN note text", /^\+ column event\.note text$/],
  "a dropped index": ["DROP INDEX event_by_holder", /^- index .*event_by_holder/],
  "an index that is no longer partial": [
    `DROP INDEX event_live_position;
     CREATE UNIQUE INDEX event_live_position ON event (chain_id, block_number, tx_index, log_index)`,
    /^- index .*event_live_position.*WHERE \(retracted_at IS NULL\)/,
  ],
  "a changed function": [
    `CREATE OR REPLACE FUNCTION grant_active_end(expires_at BIGINT, revoked_at BIGINT, parent_end BIGINT) RETURNS BIGINT
     LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN LEAST(expires_at, revoked_at)`,
    /^- function .*grant_active_end/,
  ],
  "a column of another type": [
    "ALTER TABLE event ALTER COLUMN tx_index TYPE bigint",
    /^\+ column event\.tx_index bigint/,
  ],
  "a column that may be null": [
    "ALTER TABLE access_grant ALTER COLUMN holder DROP NOT NULL",
    /^- column access_grant\.holder bytea NOT NULL/,
  ],
  "a dropped key": ["ALTER TABLE reorg DROP CONSTRAINT reorg_pkey", /^- constraint reorg reorg_pkey/],
  "a trigger": [
    `CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
     CREATE TRIGGER meddle BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION meddle()`,
    /^\+ trigger .*meddle/,
  ],
  "an added label": ["ALTER TYPE event_kind ADD VALUE 'FORGED'", /^\+ enum event_kind .*FORGED/],
};
for (const [name, [change, shows]] of Object.entries(CHANGES))
  test(`${name} is found`, async () => {
    const differences = compareCatalogs(await migrated(), await migrated(change));
    assert.ok(
      differences.some((line) => shows.test(line.replaceAll("\n", " "))),
      differences.join("\n"),
    );
  });

test("migrating again does nothing, and says so", () =>
  withDatabase(async (client, url) => {
    const names = (await readMigrations()).map(({ name }) => name);
    assert.deepEqual(await migrate(url), names);
    const before = await readCatalog(client);
    assert.deepEqual(await migrate(url), []);
    assert.deepEqual(await readCatalog(client), before);
    const { rows } = await client.query("SELECT migration_name, finished_at FROM _prisma_migrations");
    assert.deepEqual(
      rows.map((row) => [row.migration_name, row.finished_at !== null]),
      names.map((name) => [name, true]),
    );
  }));

const MIGRATE_IN_A_PROCESS = `
  import { migrate } from ${JSON.stringify(new URL("../../indexer/ledger/migrate.ts", import.meta.url).href)};
  console.log(JSON.stringify(await migrate(process.argv[1])));`;

test("several processes that start at once: one migrates, the others find it done", () =>
  withDatabase(async (client, url) => {
    const inProcess = async (): Promise<string[]> => {
      const script = ["--input-type=module", "-e", MIGRATE_IN_A_PROCESS, url];
      return JSON.parse((await promisify(execFile)(process.execPath, script)).stdout);
    };
    const names = (await readMigrations()).map(({ name }) => name);
    const applied = await Promise.all([inProcess(), inProcess(), migrate(url), migrate(url)]);
    assert.deepEqual(
      applied.filter((list) => list.length > 0),
      [names],
    );
    const { rows } = await client.query("SELECT count(*)::integer AS n FROM _prisma_migrations");
    assert.equal(rows[0].n, names.length);
    assert.deepEqual(compareCatalogs(await migrated(), await readCatalog(client)), []);
  }));

const REFUSED: Record<string, [change: string, says: RegExp]> = {
  "a migration that was changed after it was applied": [
    "UPDATE _prisma_migrations SET checksum = repeat('0', 64)",
    /migration \d+_ledger differs from the one that was applied.*restore the file/,
  ],
  "a migration of a newer version": [
    `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
     VALUES ('x', repeat('0', 64), now(), '20991231000000_future', now(), 1)`,
    /has migration 20991231000000_future, which this version does not know.*newer version/,
  ],
  "a migration that was begun and not finished": [
    "UPDATE _prisma_migrations SET finished_at = NULL",
    /was begun and not finished/,
  ],
};
for (const [name, [change, says]] of Object.entries(REFUSED))
  test(`${name} is refused`, () =>
    withDatabase(async (client, url) => {
      await migrate(url);
      await client.query(change);
      const before = await readCatalog(client);
      await assert.rejects(migrate(url), (error) => {
        assert.ok(error instanceof OperatorError);
        assert.match(error.message, says);
        return true;
      });
      assert.deepEqual(await readCatalog(client), before);
    }));

test("a database that is not there is an operator's error that hides the password", async () => {
  await assert.rejects(migrate("postgresql://auditor:s3cret@127.0.0.1:1/ledger"), (error) => {
    assert.ok(error instanceof OperatorError);
    assert.match(error.message, /no connection to the database at postgresql:\/\/127\.0\.0\.1:1/);
    assert.doesNotMatch(error.message, /s3cret|auditor/);
    return true;
  });
});
