import pg from "pg";
import { CONNECT_TIMEOUT_MS, EXACT_TYPES, endWithin, READ_ONLY } from "./connections.ts";
import { Database } from "./database.ts";
import { readError } from "./errors.ts";

/**
 * Connections of their own for what reads much: however many reports are asked for, they take none from the checks, and no
 * more of the database than these.
 */

const POOL_SIZE = 3;
/** A reader that stands still for so long loses its place, and goes on from where it stood. */
const IDLE_TIMEOUT_MS = 120_000;
const ROWS_AT_ONCE = 500;
/** Longer than the statement's own timeout: it ends waiting for a server that is gone and cannot end anything. */
const GRACE_MS = 2_000;
/** For each sort; what is more goes to disk. */
const SORT_MEMORY = "64MB";

/** What reading may cost. */
export interface Bounds {
  /** How long the database may take before the first few rows, and for every next few. */
  readonly timeoutMs: number;
  /** Whoever wanted them has gone. */
  readonly signal?: AbortSignal;
}

export class ReportPool {
  readonly #pool: pg.Pool;
  /** For what is looked up beside the rows. */
  readonly lookups: Database;

  /** @param onError told of connections lost while idle. */
  constructor(databaseUrl: string, onError: (error: Error) => void) {
    this.#pool = new pg.Pool({
      connectionString: databaseUrl,
      max: POOL_SIZE,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      options: `${READ_ONLY} -c idle_in_transaction_session_timeout=${IDLE_TIMEOUT_MS}`,
      application_name: "grantledger reports",
      keepAlive: true,
      types: EXACT_TYPES,
    });
    this.#pool.on("error", onError);
    this.lookups = new Database(databaseUrl, onError);
  }

  /**
   * The rows of a statement, a few at a time: the database keeps the rest. It is run once, in one snapshot.
   * @throws RetryableError when it does not answer, or no connection is free.
   */
  async *stream<Row extends pg.QueryResultRow>(
    text: string,
    values: unknown[],
    { timeoutMs, signal }: Bounds,
  ): AsyncGenerator<Row[], void, undefined> {
    const lease = await this.#lease(signal);
    const { client } = lease;
    const bounded = { query_timeout: timeoutMs + GRACE_MS };
    let broken = false;
    try {
      // A connection that is closed while the database sorts ends the sorting too, where its system can tell.
      await client.query("SET client_connection_check_interval = '1s'").catch(ignore);
      await client.query("BEGIN READ ONLY");
      await client.query(`SET LOCAL statement_timeout = ${timeoutMs}`);
      // All of it is wanted, and not the first rows soonest; and all of it is sorted.
      await client.query(`SET LOCAL cursor_tuple_fraction = 1; SET LOCAL work_mem = '${SORT_MEMORY}'`);
      await client.query({ ...bounded, text: `DECLARE report NO SCROLL CURSOR FOR ${text}`, values } as pg.QueryConfig);
      while (true) {
        const { rows } = await client.query<Row>({
          ...bounded,
          text: `FETCH ${ROWS_AT_ONCE} FROM report`,
        } as pg.QueryConfig);
        if (rows.length > 0) yield rows;
        if (rows.length < ROWS_AT_ONCE) break;
      }
    } catch (error) {
      // What is no word of the database is a connection that cannot be trusted with another statement.
      broken = !(error instanceof Error && "severity" in error);
      throw readError(error);
    } finally {
      await lease.end(broken);
    }
  }

  /** A connection until it is given back, or whoever it is for has gone. */
  async #lease(
    signal: AbortSignal | undefined,
  ): Promise<{ client: pg.PoolClient; end(broken: boolean): Promise<void> }> {
    let client: pg.PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      throw readError(error);
    }
    let leased = true;
    const give = (broken: boolean): void => {
      if (!leased) return;
      leased = false;
      signal?.removeEventListener("abort", abandon);
      client.off("error", ignore);
      client.release(broken);
    };
    // Throws the connection away, and with it what runs on it.
    const abandon = (): void => give(true);
    // One that is lost while its rows are being written elsewhere must not end the process.
    client.on("error", ignore);
    signal?.addEventListener("abort", abandon);
    if (signal?.aborted) abandon();
    return {
      client,
      end: async (broken) => {
        if (broken) give(true);
        if (!leased) return;
        await client.query("ROLLBACK").then(
          () => give(false),
          () => give(true),
        );
      },
    };
  }

  /** Ends the connections; those still in use are waited for within a bound. */
  async close(): Promise<void> {
    await endWithin([this.#pool.end(), this.lookups.close()]);
  }
}

const ignore = (): void => {};
