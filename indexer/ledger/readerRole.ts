import pg from "pg";
import { OperatorError } from "../ops/errors.ts";

/** A role of the database that can read what the API answers from, and do nothing else. */

/** Everything an answer rests on. A test asks for a decision about each table that is neither here nor withheld. */
export const READABLE = [
  "chain",
  "knowledge",
  "block",
  "event",
  "access_grant",
  "credential",
  "entity",
  "reorg",
  "intervention",
  "query_log",
  "transition",
  "transition_progress",
] as const;

/** Tables that no answer needs, or that hold secrets: of a key it can be read whose it is, see below. */
export const WITHHELD = ["_prisma_migrations", "api_key", "pending_transition", "webhook", "dead_letter"] as const;

const NAME = /^[a-z_][a-z0-9_]{0,62}$/;
/** Those of the API's own connections (database.ts), also for whoever else uses the role. */
const STATEMENT_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 30_000;

/**
 * The statements that make the role, or an existing one, what it is to be: they can be run again, which a ledger with new
 * tables needs. Without a password the role keeps the one that it has.
 * @throws OperatorError for a name that would have to be quoted wherever it is written.
 */
export function readerStatements(role: string, database: string, exists: boolean, password?: string): string[] {
  if (!NAME.test(role))
    throw new OperatorError(`the name of a role is expected to be lower case letters, digits and _, got ${role}`);
  const db = pg.escapeIdentifier(database);
  const secret = password === undefined ? "" : ` PASSWORD ${pg.escapeLiteral(password)}`;
  return [
    `${exists ? "ALTER" : "CREATE"} ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS${secret}`,
    `ALTER ROLE ${role} SET default_transaction_read_only = on`,
    `ALTER ROLE ${role} SET statement_timeout = '${STATEMENT_TIMEOUT_MS}ms'`,
    `ALTER ROLE ${role} SET idle_in_transaction_session_timeout = '${IDLE_TIMEOUT_MS}ms'`,
    // What everybody may by default: make tables that are temporary, and, in databases from before PostgreSQL 15, lasting ones.
    `REVOKE TEMPORARY ON DATABASE ${db} FROM PUBLIC`,
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    `GRANT CONNECT ON DATABASE ${db} TO ${role}`,
    `GRANT USAGE ON SCHEMA public TO ${role}`,
    `REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${role}`,
    `GRANT SELECT ON ${READABLE.join(", ")} TO ${role}`,
    `GRANT SELECT (id, role, account, name) ON api_key TO ${role}`,
  ];
}

export interface Reach {
  readonly role: string;
  /** Tables that it can change. */
  readonly writes: readonly string[];
  /** Tables that answers rest on and that it cannot read. */
  readonly lacks: readonly string[];
}

const REACH = `
  SELECT current_user AS role,
         -- What a replica holds nobody changes there, whatever his rights.
         coalesce(array_agg(name ORDER BY name) FILTER (WHERE can_write AND NOT pg_is_in_recovery()), '{}') AS writes,
         coalesce(array_agg(name ORDER BY name) FILTER (WHERE name = ANY ($1) AND NOT can_read), '{}') AS lacks
    FROM (SELECT c.relname::text AS name,
                 has_table_privilege(c.oid, 'SELECT') AS can_read,
                 has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') AS can_write
            FROM pg_class c
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')) AS tables`;

/** What the role of a connection can do. A superuser and the owner of a table can change it. */
export async function readReach(client: Pick<pg.Client, "query">): Promise<Reach> {
  const [row] = (await client.query<Reach>(REACH, [READABLE])).rows;
  if (row === undefined) throw new Error("a row of aggregates is always there");
  return row;
}
