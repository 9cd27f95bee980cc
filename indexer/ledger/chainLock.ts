import type pg from "pg";

/** The lock that makes one process the writer of a chain. It lives as long as its connection. */

/** The key names us and the chain, so that it cannot meet that of somebody else on the same server. */
const KEY = "hashtextextended('grantledger.chain.' || $1::text, 0)";

/** @returns false when another connection holds it. */
export async function tryLockChain(client: pg.ClientBase, chainId: bigint): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(`SELECT pg_try_advisory_lock(${KEY}) AS locked`, [chainId]);
  return rows[0]?.locked === true;
}

/** Whoever holds a chain's lock, as PostgreSQL knows it. */
export interface LockHolder {
  /** Of the server's process, as in pg_stat_activity. */
  readonly pid: number;
  readonly application: string;
  /** Where it connects from; null for a local socket. */
  readonly address: string | null;
  readonly since: Date;
}

/** @returns undefined when nobody does. */
export async function lockHolder(client: pg.ClientBase, chainId: bigint): Promise<LockHolder | undefined> {
  // PostgreSQL shows the key in two halves; objsubid 1 says that it was one number of 64 bits.
  const { rows } = await client.query<LockHolder>(
    `SELECT a.pid, a.application_name AS application, host(a.client_addr) AS address, a.backend_start AS since
       FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (l.classid::bigint << 32 | l.objid::bigint) = ${KEY}`,
    [chainId],
  );
  return rows[0];
}
