import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { redactUrl } from "../config/redact.ts";
import { OperatorError } from "../ops/errors.ts";
import { NO_FILTER, openSchemaEngine } from "./schemaEngine.ts";

/** Brings a database to the schema this code was written for. Idempotent; safe when several processes start at once. */

export const MIGRATIONS_DIR = fileURLToPath(new URL("./migrations", import.meta.url));

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** The migrations of this version, oldest first. */
export async function readMigrations(): Promise<Migration[]> {
  const entries = await readdir(MIGRATIONS_DIR, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names
      .sort()
      .map(async (name) => ({ name, sql: await readFile(`${MIGRATIONS_DIR}/${name}/migration.sql`, "utf8") })),
  );
}

interface AppliedMigration {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished: boolean;
}

async function readApplied(client: pg.Client): Promise<AppliedMigration[]> {
  const exists = await client.query<{ exists: boolean }>(
    "SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists",
  );
  if (!exists.rows[0]?.exists) return [];
  const applied = await client.query<AppliedMigration>(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished
       FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
  );
  return applied.rows;
}

/** What `applied` lacks of `known`. @throws OperatorError when the database was changed by other code than this. */
function pendingOf(known: readonly Migration[], applied: readonly AppliedMigration[]): Migration[] {
  for (const row of applied) {
    const ours = known.find((migration) => migration.name === row.migration_name);
    if (!ours)
      throw new OperatorError(
        `the database has migration ${row.migration_name}, which this version does not know: it belongs to a newer version, run that one or use another database`,
      );
    if (!row.finished)
      throw new OperatorError(
        `migration ${row.migration_name} was begun and not finished: look into the _prisma_migrations table, mend the database and mark the migration as rolled back`,
      );
    if (createHash("sha256").update(ours.sql).digest("hex") !== row.checksum)
      throw new OperatorError(
        `migration ${row.migration_name} differs from the one that was applied to this database: restore the file`,
      );
  }
  return known.filter((migration) => !applied.some((row) => row.migration_name === migration.name));
}

/**
 * Applies what is missing. The engine is loaded only when something is, which keeps a restart short.
 * @returns names of the migrations applied now.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const known = await readMigrations();
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
  } catch (error) {
    throw new OperatorError(
      `no connection to the database at ${redactUrl(databaseUrl)}: start it, or correct the database URL`,
      { cause: error },
    );
  }
  try {
    // What is not finished may be what another process is at: only who holds the lock can tell.
    const seen = await readApplied(client);
    if (seen.every(({ finished }) => finished) && pendingOf(known, seen).length === 0) return [];
    // One process applies, the others wait here and then find nothing to do.
    await client.query("SET lock_timeout = '60s'");
    await client.query("SELECT pg_advisory_lock(hashtextextended('grantledger.migrate', 0))");
    const pending = pendingOf(known, await readApplied(client));
    if (pending.length > 0) await apply(databaseUrl, known);
    return pending.map((migration) => migration.name);
  } finally {
    await client.end();
  }
}

async function apply(databaseUrl: string, known: readonly Migration[]): Promise<void> {
  const engine = await openSchemaEngine(databaseUrl);
  try {
    await engine.applyMigrations({
      migrationsList: {
        baseDir: MIGRATIONS_DIR,
        lockfile: {
          path: "migration_lock.toml",
          content: await readFile(`${MIGRATIONS_DIR}/migration_lock.toml`, "utf8"),
        },
        shadowDbInitScript: "",
        migrationDirectories: known.map(({ name, sql }) => ({
          path: name,
          migrationFile: { path: "migration.sql", content: { tag: "ok", value: sql } },
        })),
      },
      filters: NO_FILTER,
    });
  } finally {
    engine.free();
  }
}
