import type pg from "pg";
import { type Address, toAddress } from "../../grants/bytes.ts";
import { OperatorError } from "../../ops/errors.ts";
import { hashKey, makeKey } from "./keyText.ts";

/** The keys of the API as they are stored. */

export const API_ROLES = ["INSTITUTION", "AUDITOR", "OPERATOR"] as const;
export type ApiRole = (typeof API_ROLES)[number];

/** Whom a key belongs to, and what he may ask. */
export type KeyOwner = { readonly name: string } & (
  | { readonly role: "INSTITUTION"; readonly account: Address }
  | { readonly role: Exclude<ApiRole, "INSTITUTION"> }
);

export interface StoredKey {
  readonly id: number;
  readonly role: ApiRole;
  /** Of an institution. */
  readonly account: Address | null;
  readonly name: string;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly revokedAt: Date | null;
  readonly revokedBy: string | null;
}

interface KeyRow {
  id: number;
  role: ApiRole;
  account: Buffer | null;
  name: string;
  created_at: Date;
  created_by: string;
  revoked_at: Date | null;
  revoked_by: string | null;
}

const COLUMNS = "id, role::text, account, name, created_at, created_by, revoked_at, revoked_by";

const toKey = (row: KeyRow): StoredKey => ({
  id: row.id,
  role: row.role,
  account: row.account === null ? null : toAddress(row.account),
  name: row.name,
  createdAt: row.created_at,
  createdBy: row.created_by,
  revokedAt: row.revoked_at,
  revokedBy: row.revoked_by,
});

/** @returns the key itself, which nobody can be shown again. */
export async function createKey(
  client: pg.ClientBase,
  owner: KeyOwner,
  by: string,
): Promise<{ key: string; stored: StoredKey }> {
  const key = makeKey();
  const account = owner.role === "INSTITUTION" ? owner.account : null;
  const { rows } = await client.query<KeyRow>(
    `INSERT INTO api_key (hash, role, account, name, created_at, created_by)
     VALUES ($1, $2, $3, $4, clock_timestamp(), $5) RETURNING ${COLUMNS}`,
    [hashKey(key), owner.role, account, owner.name, by],
  );
  return { key, stored: toKey(rows[0] as KeyRow) };
}

/** All that were ever made, the oldest first. */
export async function listKeys(client: pg.ClientBase): Promise<StoredKey[]> {
  return (await client.query<KeyRow>(`SELECT ${COLUMNS} FROM api_key ORDER BY id`)).rows.map(toKey);
}

/** @throws OperatorError when there is no such key, or it was revoked already. */
export async function revokeKey(client: pg.ClientBase, id: number, by: string): Promise<StoredKey> {
  const { rows } = await client.query<KeyRow>(
    `UPDATE api_key SET revoked_at = clock_timestamp(), revoked_by = $2
      WHERE id = $1 AND revoked_at IS NULL RETURNING ${COLUMNS}`,
    [id, by],
  );
  const [row] = rows;
  if (row !== undefined) return toKey(row);
  const known = (await listKeys(client)).find((one) => one.id === id);
  throw new OperatorError(
    known === undefined
      ? `there is no key ${id}: \`npm run keys -- list\` shows those there are`
      : `key ${id} was revoked already, ${known.revokedAt?.toISOString()} by ${known.revokedBy}`,
  );
}
