import type pg from "pg";
import { sleepMs } from "./wait.ts";

/**
 * Watching a chain's writer from the database's side, so that a test can strike in the middle of a transaction. The
 * steps of a transaction are recognised by how their statements begin.
 */

/** Makes every statement that writes, and every COMMIT that moved the cursor, last a moment in this database. */
export async function slowDown(client: pg.Client, seconds: number): Promise<void> {
  await client.query(`
    CREATE FUNCTION test_slow() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_sleep(${seconds}); RETURN NULL; END'`);
  for (const table of ["event", "access_grant", "block", "reorg", "chain"])
    await client.query(
      `CREATE TRIGGER test_slow AFTER INSERT OR UPDATE OR DELETE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION test_slow()`,
    );
  await client.query(
    `CREATE CONSTRAINT TRIGGER test_slow_commit AFTER UPDATE ON chain DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW EXECUTE FUNCTION test_slow()`,
  );
}

export async function speedUp(client: pg.Client): Promise<void> {
  await client.query("DROP FUNCTION test_slow CASCADE");
}

interface Activity {
  pid: number;
  query: string;
}

/** The writer's statement if it is inside a transaction now. */
export async function openTransaction(client: pg.Client, chainId: bigint): Promise<Activity | undefined> {
  const { rows } = await client.query<Activity>(
    // Several COPYs travel in one message: which of them is under way, the server's own view of their progress says.
    `SELECT pid, coalesce('COPY ' || relid::regclass::text, ltrim(query, E' \\n')) AS query
       FROM pg_stat_activity LEFT JOIN (SELECT pid, relid FROM pg_stat_progress_copy) copying USING (pid)
      WHERE datname = current_database() AND application_name = $1 AND xact_start IS NOT NULL
        AND (state = 'active' OR state LIKE 'idle in transaction%')`,
    [`grantledger writer ${chainId}`],
  );
  return rows[0];
}

/** Waits until the writer is at a statement that begins like this, within its transaction. */
export async function atStep(client: pg.Client, chainId: bigint, step: string): Promise<Activity> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const activity = await openTransaction(client, chainId);
    if (activity?.query.startsWith(step)) return activity;
    await sleepMs(1);
  }
  throw new Error(`the writer was never seen at ${step}`);
}

/** Waits until no writer of the chain is connected: what a killed one had begun is then decided. */
export async function writerGone(client: pg.Client, chainId: bigint): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const { rows } = await client.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1",
      [`grantledger writer ${chainId}`],
    );
    if (rows.length === 0) return;
    await sleepMs(2);
  }
  throw new Error("the writer of a killed process is still connected");
}
