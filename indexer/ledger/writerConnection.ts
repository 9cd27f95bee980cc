import type { Socket } from "node:net";
import pg from "pg";
import { databaseError } from "./databaseError.ts";

/** The connection of a chain's writer, on which every wait is bounded: also for a server that no longer answers. */

export interface ConnectionOptions {
  readonly databaseUrl: string;
  readonly chainId: bigint;
  /** How long a statement may take, a minute if not said; index builds aside. */
  readonly statementTimeoutMs?: number;
}

const STATEMENT_TIMEOUT_MS = 60_000;
/** A server that is frozen cannot end its own statement in time: we give up a little later than it would. */
const ANSWER_GRACE_MS = 1_000;
/** Taking leave is a courtesy: the server rolls back and unlocks when the connection is gone. */
const LEAVE_TIMEOUT_MS = 1_000;

/** Not yet connected. */
function writerClient({ databaseUrl, chainId, statementTimeoutMs }: ConnectionOptions): pg.Client {
  const statementTimeout = statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 10_000,
    statement_timeout: statementTimeout,
    query_timeout: statementTimeout + ANSWER_GRACE_MS,
    keepAlive: true,
    application_name: `grantledger writer ${chainId}`,
  });
  // Without a listener a lost connection would end the process; the next query reports it where it matters.
  client.on("error", () => {});
  return client;
}

const NOTICE_OUR_END_SQL = `
  SELECT set_config('tcp_keepalives_idle', '1', false), set_config('tcp_keepalives_interval', '1', false),
         set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '4000', false),
         set_config('client_connection_check_interval', '1000', false)`;

/**
 * Has the server notice within seconds that the process is gone, or its machine, and give the chain's lock to whoever
 * stands by: while it waits for us, by keep-alives; while it is busy with a statement, by looking at the connection.
 */
export async function noticeOurEnd(client: pg.ClientBase): Promise<void> {
  await client.query(NOTICE_OUR_END_SQL);
}

/** @throws DatabaseAwayError where there is no connection to be had. */
export async function connectWriter(options: ConnectionOptions): Promise<pg.Client> {
  const client = writerClient(options);
  try {
    await client.connect();
    await noticeOurEnd(client);
    return client;
  } catch (error) {
    await leave(client);
    throw databaseError(error);
  }
}

/** After a failure, whatever it was. */
export async function rollBack(client: pg.ClientBase): Promise<void> {
  await client.query({ text: "ROLLBACK", query_timeout: LEAVE_TIMEOUT_MS } as pg.QueryConfig).catch(() => {});
}

/** Ends a connection, politely for a moment, then in any case. */
export async function leave(client: pg.Client): Promise<void> {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  const giveUp = setTimeout(() => stream.destroy(), LEAVE_TIMEOUT_MS);
  await client.end().catch(() => {});
  clearTimeout(giveUp);
}
