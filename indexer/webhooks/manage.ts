import { randomBytes } from "node:crypto";
import type pg from "pg";
import type { Address, CredentialRef } from "../grants/bytes.ts";
import { OperatorError } from "../ops/errors.ts";
import type { SecretBox } from "./secretBox.ts";
import { SECRET_BYTES, secretText } from "./signature.ts";

/** What an operator does to webhooks. */

export interface NewWebhook {
  readonly url: string;
  readonly credential: CredentialRef | undefined;
  readonly holder: Address | undefined;
  readonly grantee: Address | undefined;
  readonly chain: bigint | undefined;
  /** Where it begins. */
  readonly cursor: string;
  readonly by: string;
}

/** @returns its id, and its secret, which is readable nowhere afterwards. */
export async function addWebhook(
  client: pg.ClientBase,
  box: SecretBox,
  { url, credential, holder, grantee, chain, cursor, by }: NewWebhook,
): Promise<{ id: string; secret: string }> {
  const id = `wh_${randomBytes(9).toString("base64url")}`;
  const secret = randomBytes(SECRET_BYTES);
  const bytes = (of: Uint8Array | undefined): Buffer | null => (of === undefined ? null : Buffer.from(of));
  await client.query(
    `INSERT INTO webhook (id, url, secret, credential, holder, grantee, chain_id, cursor, next_at, created_at, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp(), clock_timestamp(), $9)`,
    [id, url, box.seal(secret, id), bytes(credential), bytes(holder), bytes(grantee), chain ?? null, cursor, by],
  );
  return { id, secret: secretText(secret) };
}

export interface WebhookReport {
  readonly id: string;
  readonly url: string;
  readonly status: "ACTIVE" | "ENDED";
  readonly attempts: number;
  readonly problem: string | null;
  readonly deadLetters: number;
}

export async function listWebhooks(client: pg.ClientBase): Promise<WebhookReport[]> {
  const { rows } = await client.query<WebhookReport>(
    `SELECT w.id, w.url, w.status::text, w.attempts, w.problem, count(d.*)::integer AS "deadLetters"
       FROM webhook w LEFT JOIN dead_letter d ON d.webhook_id = w.id GROUP BY w.id ORDER BY w.created_at, w.id`,
  );
  return rows;
}

/** Nothing is sent to it any more, from the message after the one under way. */
export const endWebhook = (client: pg.ClientBase, id: string, by: string): Promise<void> =>
  change(client, id, "status = 'ENDED', problem = $2", [`ended by ${by}`]);

/** It is told everything since it ended; one that waits is tried at once. */
export const startWebhook = (client: pg.ClientBase, id: string): Promise<void> =>
  change(client, id, "status = 'ACTIVE', attempts = 0, problem = NULL, next_at = clock_timestamp()", []);

async function change(client: pg.ClientBase, id: string, set: string, values: unknown[]): Promise<void> {
  const { rowCount } = await client.query(`UPDATE webhook SET ${set} WHERE id = $1`, [id, ...values]);
  if (rowCount !== 1) throw new OperatorError(`there is no webhook ${id}: \`webhook\` without more lists them`);
}

export interface DeadLetterReport {
  readonly messageId: string;
  readonly givenUpAt: Date;
  readonly problem: string;
  readonly body: string;
}

export async function listDeadLetters(client: pg.ClientBase, id: string): Promise<DeadLetterReport[]> {
  const { rows } = await client.query<DeadLetterReport>(
    `SELECT message_id AS "messageId", given_up_at AS "givenUpAt", problem, body FROM dead_letter
      WHERE webhook_id = $1 ORDER BY given_up_at, message_id LIMIT 1000`,
    [id],
  );
  return rows;
}

/** Has everything that was put aside for a webhook sent again, beside what is new. @returns how many. */
export async function replayDeadLetters(client: pg.ClientBase, id: string): Promise<number> {
  await change(client, id, "next_at = clock_timestamp()", []);
  const { rowCount } = await client.query("UPDATE dead_letter SET replay = true WHERE webhook_id = $1", [id]);
  return rowCount ?? 0;
}
