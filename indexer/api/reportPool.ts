import pg from "pg";
import { readError } from "./errors.ts";

/**
 * Connections of their own for what reads much: however many reports are asked for, they take none from the checks, and no
 * more of the database than these.
 */

const POOL_SIZE = 3;
/** Whoever finds no connection in this time is told to come again. */
const CONNECT_TIMEOUT_MS = 3_000;
/** A reader that stands still for so long loses its place, and goes on from where it stood. */
const IDLE_TIMEOUT_MS = 120_000;
const ROWS_AT_ONCE = 500;
const CLOSE_TIMEOUT_MS = 2_000;

const { builtins, getTypeParser } = pg.types;
const toBigInt = (text: string): bigint => BigInt(text);
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    oid === builtins.INT8 ? toBigInt : getTypeParser(oid, format ?? "text"),
};

export class ReportPool {
  readonly #pool: pg.Pool;

  /** @param onError told of connections lost while idle. */
  constructor(databaseUrl: string, onError: (error: Error) => void) {
    this.#pool = new pg.Pool({
      connectionString: databaseUrl,
      max: POOL_SIZE,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      options: `-c default_transaction_read_only=on -c idle_in_transaction_session_timeout=${IDLE_TIMEOUT_MS}`,
      application_name: "grantledger reports",
      keepAlive: true,
      types,
    });
    this.#pool.on("error", onError);
  }

  /**
   * The rows of a statement, a few at a time: the database keeps the rest. It is run once, in one snapshot.
   * @param timeoutMs how long the database may take for each few.
   * @throws RetryableError when it does not answer, or no connection is free.
   */
  async *stream<Row extends pg.QueryResultRow>(
    text: string,
    values: unknown[],
    timeoutMs: number,
  ): AsyncGenerator<Row[], void, undefined> {
    let client: pg.PoolClient | undefined;
    let failed: unknown;
    try {
      client = await this.#pool.connect();
      // A connection that is lost while its rows are being written elsewhere must not end the process.
      client.on("error", ignore);
      await client.query("BEGIN READ ONLY");
      await client.query(`SET LOCAL statement_timeout = ${timeoutMs}`);
      // All of it is wanted, and not the first rows soonest.
      await client.query("SET LOCAL cursor_tuple_fraction = 1");
      await client.query({ text: `DECLARE report NO SCROLL CURSOR FOR ${text}`, values });
      while (true) {
        const { rows } = await client.query<Row>(`FETCH ${ROWS_AT_ONCE} FROM report`);
        if (rows.length > 0) yield rows;
        if (rows.length < ROWS_AT_ONCE) break;
      }
    } catch (error) {
      failed = error;
      throw readError(error);
    } finally {
      if (client !== undefined) await release(client, failed);
    }
  }

  /** Ends the connections; those still in use are waited for within a bound. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const bound = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
    });
    await Promise.race([this.#pool.end(), bound]).finally(() => clearTimeout(timer));
  }
}

const ignore = (): void => {};

/** One whose transaction cannot be ended is thrown away, and the database ends it. */
async function release(client: pg.PoolClient, failed: unknown): Promise<void> {
  let broken = failed instanceof Error && !("severity" in failed);
  try {
    if (!broken) await client.query("ROLLBACK");
  } catch {
    broken = true;
  }
  client.off("error", ignore);
  client.release(broken);
}
