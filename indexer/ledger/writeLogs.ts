import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { toHex } from "../grants/bytes.ts";
import { RetryableError } from "../ops/errors.ts";
import type { TimedLog } from "../sync/attach.ts";
import { encodeBatch } from "./batch.ts";
import { HiddenEventError } from "./changes.ts";
import { COPY_EVENTS_SQL, type Learned } from "./eventRows.ts";
import { COPY_CHANGED_SQL, COPY_CREATED_SQL } from "./grantRows.ts";
import { CREATE_CHANGED_SQL, FIND_HIDDEN_SQL, UPDATE_CHANGED_SQL } from "./project.ts";

const COPY_TIMEOUT_MS = 60_000;
const UNIQUE_VIOLATION = "23505";

/** What a connection needs before logs are written through it. */
export async function prepareSession(client: pg.ClientBase): Promise<void> {
  await client.query(CREATE_CHANGED_SQL);
  // The few rows of a batch are always looked up in a large table; a plan that reads the table instead would be right
  // only while it is small, and the waiting table has no statistics by which the planner could tell.
  await client.query("SET enable_hashjoin = off");
  await client.query("SET enable_mergejoin = off");
  await client.query("SET jit = off");
}

/**
 * Writes logs as events and takes their grants over, inside the transaction that the caller began.
 * @throws HiddenEventError when a grant's change before the first one in these logs is not there: the node kept an event
 *   back, and nothing may be written that does not follow from it.
 */
export async function writeLogs(client: pg.ClientBase, logs: readonly TimedLog[], first: Learned): Promise<void> {
  const batch = encodeBatch(logs, first);
  await copy(client, COPY_EVENTS_SQL, batch.events);
  if (batch.created !== undefined) await copy(client, COPY_CREATED_SQL, batch.created);
  if (batch.changed === undefined) return;
  await copy(client, COPY_CHANGED_SQL, batch.changed);
  const updated = await client.query(UPDATE_CHANGED_SQL);
  if (updated.rowCount === batch.changedCount) return;
  const hidden = (await client.query(FIND_HIDDEN_SQL, [first.chainId, first.seq])).rows[0];
  throw new HiddenEventError(
    { transactionHash: toHex(hidden.tx_hash), blockNumber: BigInt(hidden.block_number) },
    hidden.sequence,
    hidden.previous ?? undefined,
  );
}

async function copy(client: pg.ClientBase, sql: string, rows: Buffer): Promise<void> {
  try {
    const stream = client.query(copyFrom(sql));
    await pipeline(Readable.from([rows]), stream, { signal: AbortSignal.timeout(COPY_TIMEOUT_MS) });
  } catch (error) {
    const { code, constraint } = error as { code?: unknown; constraint?: unknown };
    if (code === UNIQUE_VIOLATION && constraint === "access_grant_pkey")
      throw new RetryableError("the node gave the first change of a grant that is there already", { cause: error });
    throw error;
  }
}
