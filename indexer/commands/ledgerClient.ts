import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { lockHolder, tryLockChain } from "../ledger/chainLock.ts";
import { databaseError } from "../ledger/databaseError.ts";
import { OperatorError } from "../ops/errors.ts";

/** A command's connection to the ledger. */

const CONNECT_TIMEOUT_MS = 10_000;
/** A writer's step that is under way is waited for so long. */
const LOCK_TIMEOUT_MS = 30_000;
/** Longer than a runner needs to notice that an operator holds its chain, its longest pause between tries included. */
const WRITER_GOES_WITHIN_MS = 15_000;
const POLL_MS = 100;

export async function withLedger<T>(
  databaseUrl: string,
  command: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    keepAlive: true,
    application_name: `grantledger ${command}`,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw databaseError(error);
  } finally {
    await client.end().catch(() => {});
  }
}

/** All of it or nothing. Whoever is killed in the middle has done nothing. */
export async function inTransaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query("BEGIN");
  try {
    const result = await work();
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

/**
 * Makes this connection the chain's writer, as long as it lives.
 * @throws OperatorError naming who is, when that does not end within a bound.
 */
export async function lockChain(client: pg.Client, chainId: bigint, withinMs = WRITER_GOES_WITHIN_MS): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await tryLockChain(client, chainId))) {
    if (Date.now() < deadline) {
      await sleep(POLL_MS);
      continue;
    }
    const holder = await lockHolder(client, chainId);
    const who =
      holder === undefined
        ? "another process"
        : `"${holder.application}" (connected from ${holder.address ?? "this machine"} since ${holder.since.toISOString()}, PostgreSQL process ${holder.pid})`;
    throw new OperatorError(
      `chain ${chainId} is being written by ${who}: stop that indexer, or quarantine the chain, which makes it let go`,
    );
  }
}
