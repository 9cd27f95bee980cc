import { randomBytes } from "node:crypto";
import type pg from "pg";
import { type Address, type CredentialRef, toAddress, toCredentialRef } from "../grants/bytes.ts";
import type { WebhookCounts } from "../ops/metrics/toldMetrics.ts";

/** What is stored of webhooks while they are worked on. Times are the database's, so that processes need not agree. */

export interface Target {
  readonly id: string;
  readonly url: string;
  readonly sealedSecret: Uint8Array;
  readonly filter: {
    readonly credential: CredentialRef | undefined;
    readonly holder: Address | undefined;
    readonly grantee: Address | undefined;
    readonly chain: bigint | undefined;
  };
  readonly cursor: string;
  readonly attempts: number;
  /** Whoever has another cannot write what became of a message any more. */
  readonly lease: Uint8Array;
  /** For how long it is prolonged; longer than one message takes, whatever its receiver does. */
  readonly leaseSeconds: number;
}

export interface DeadLetter {
  readonly messageId: string;
  readonly body: string;
}

const AT_ONCE = 8;

const TAKE_SQL = `
  UPDATE webhook w SET lease = $1, leased_until = clock_timestamp() + $3 * interval '1 second'
    FROM (SELECT id FROM webhook
           WHERE status = 'ACTIVE' AND next_at <= clock_timestamp() AND coalesce(leased_until <= clock_timestamp(), true)
           ORDER BY next_at FOR UPDATE SKIP LOCKED LIMIT $2) due
   WHERE w.id = due.id RETURNING w.*`;

/** Takes targets that are due for this process alone, for as long as a lease lasts or is prolonged. */
export async function takeTargets(pool: pg.Pool, besides: number, leaseSeconds: number): Promise<Target[]> {
  if (besides >= AT_ONCE) return [];
  const lease = randomBytes(16);
  const { rows } = await pool.query(TAKE_SQL, [lease, AT_ONCE - besides, leaseSeconds]);
  return rows.map((row) => ({
    ...{ id: row.id, url: row.url, sealedSecret: row.secret, cursor: row.cursor, attempts: row.attempts },
    ...{ lease, leaseSeconds },
    filter: {
      credential: row.credential === null ? undefined : toCredentialRef(row.credential),
      holder: row.holder === null ? undefined : toAddress(row.holder),
      grantee: row.grantee === null ? undefined : toAddress(row.grantee),
      chain: row.chain_id === null ? undefined : BigInt(row.chain_id),
    },
  }));
}

const COUNTS_SQL = `
  SELECT count(*) FILTER (WHERE status = 'ACTIVE' AND attempts = 0)::int AS active,
         count(*) FILTER (WHERE status = 'ACTIVE' AND attempts > 0)::int AS failing,
         count(*) FILTER (WHERE status = 'ENDED')::int AS ended,
         (SELECT count(*)::int FROM dead_letter) AS dead_letters,
         greatest(0, extract(epoch FROM clock_timestamp() - min(greatest(next_at, leased_until))
           FILTER (WHERE status = 'ACTIVE')))::float8 AS overdue
    FROM webhook`;

export async function readCounts(pool: pg.Pool): Promise<WebhookCounts> {
  const { active, failing, ended, dead_letters, overdue } = (await pool.query(COUNTS_SQL)).rows[0];
  return { active, failing, ended, deadLetters: dead_letters, overdueSeconds: overdue ?? 0 };
}

/** Writes what became of a target, if it is still ours. `$1` is its id, `$2` the lease. */
async function write(
  client: pg.Pool | pg.ClientBase,
  target: Target,
  set: string,
  values: unknown[],
): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE webhook SET ${set} WHERE id = $1 AND lease = $2 AND status = 'ACTIVE'`,
    [target.id, target.lease, ...values],
  );
  return rowCount === 1;
}

/** An item was taken, or there was nothing for it up to the cursor. @returns whether the target is still ours. */
export const movedOn = (pool: pg.Pool, target: Target, cursor: string): Promise<boolean> =>
  write(
    pool,
    target,
    "cursor = $3, attempts = 0, problem = NULL, leased_until = clock_timestamp() + $4 * interval '1 second'",
    [cursor, target.leaseSeconds],
  );

/** @returns whether the target is still ours, and then for another lease. */
export const prolonged = (pool: pg.Pool, target: Target): Promise<boolean> =>
  write(pool, target, "leased_until = clock_timestamp() + $3 * interval '1 second'", [target.leaseSeconds]);

/** Lets go of a target; it is looked at again after `seconds`. */
export const letGo = (pool: pg.Pool, target: Target, seconds: number): Promise<boolean> =>
  write(pool, target, "leased_until = NULL, next_at = clock_timestamp() + $3 * interval '1 second'", [seconds]);

/** Something of ours was in the way: no attempt. */
export const postponed = (pool: pg.Pool, target: Target, problem: string, seconds: number): Promise<boolean> =>
  write(pool, target, "problem = $3, leased_until = NULL, next_at = clock_timestamp() + $4 * interval '1 second'", [
    problem,
    seconds,
  ]);

export const failed = (pool: pg.Pool, target: Target, problem: string, againInSeconds: number): Promise<boolean> =>
  write(
    pool,
    target,
    "attempts = attempts + 1, problem = $3, leased_until = NULL, next_at = clock_timestamp() + $4 * interval '1 second'",
    [problem, againInSeconds],
  );

export const ended = (pool: pg.Pool, target: Target, why: string): Promise<boolean> =>
  write(pool, target, "status = 'ENDED', problem = $3, leased_until = NULL", [why]);

/** Puts a message aside and moves on, both or neither. */
export async function gaveUp(
  pool: pg.Pool,
  target: Target,
  { messageId, body }: DeadLetter,
  problem: string,
  cursor: string,
): Promise<boolean> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const ours = await write(client, target, "cursor = $3, attempts = 0, problem = $4", [cursor, problem]);
    if (ours)
      await client.query(
        `INSERT INTO dead_letter (webhook_id, message_id, body, problem, given_up_at)
         VALUES ($1, $2, $3, $4, clock_timestamp()) ON CONFLICT DO NOTHING`,
        [target.id, messageId, body, problem],
      );
    await client.query("COMMIT");
    return ours;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

/** The dead letters that an operator wants sent again, in the order in which they were given up. */
export async function readReplays(pool: pg.Pool, target: Target): Promise<DeadLetter[]> {
  const { rows } = await pool.query(
    `SELECT message_id, body FROM dead_letter WHERE webhook_id = $1 AND replay ORDER BY given_up_at, message_id LIMIT 100`,
    [target.id],
  );
  return rows.map((row) => ({ messageId: row.message_id, body: row.body }));
}

/** @param problem why it was not taken again; undefined when it was. */
export async function replayed(
  pool: pg.Pool,
  target: Target,
  messageId: string,
  problem: string | undefined,
): Promise<void> {
  if (problem === undefined)
    await pool.query("DELETE FROM dead_letter WHERE webhook_id = $1 AND message_id = $2", [target.id, messageId]);
  else
    await pool.query("UPDATE dead_letter SET replay = false, problem = $3 WHERE webhook_id = $1 AND message_id = $2", [
      target.id,
      messageId,
      problem,
    ]);
}
