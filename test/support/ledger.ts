import { createHash } from "node:crypto";
import pg from "pg";

/** One chain's part of a ledger as it is stored, read by plain SQL: bytes as hex, numbers exact, times as text. */

export interface EventRow {
  seq: bigint;
  block_number: bigint;
  block_hash: string;
  block_time: bigint;
  tx_index: number;
  log_index: number;
  tx_hash: string;
  contract: string;
  kind: string;
  verification: string;
  credential: string | null;
  holder: string | null;
  grantee: string | null;
  issuer: string | null;
  seal: string | null;
  purpose: number | null;
  legal_basis: number | null;
  reason: number | null;
  context: string | null;
  granted_at: bigint | null;
  not_before: bigint | null;
  expires_at: bigint | null;
  locked_until: bigint | null;
  revoked_at: bigint | null;
  retention: bigint | null;
  sequence: bigint | null;
  flags: number | null;
  grantor: string | null;
  parent_granted_at: bigint | null;
  authority: string | null;
  hold_until: bigint | null;
  account: string | null;
  operation: string | null;
  raw_topics: string | null;
  raw_data: string | null;
  learned_at: string;
  retracted_at: string | null;
  verified_at: string | null;
}

export type GrantRow = Pick<
  EventRow,
  | ("credential" | "grantee" | "purpose" | "contract" | "holder" | "issuer" | "seal" | "legal_basis" | "context")
  | ("granted_at" | "not_before" | "expires_at" | "locked_until" | "revoked_at" | "retention" | "flags")
  | ("grantor" | "parent_granted_at" | "hold_until" | "seq" | "block_number" | "block_time" | "reason")
> & { chain_id: bigint; sequence: number; parent_end: bigint | null };

export type CredentialRow = Pick<
  EventRow,
  "credential" | "contract" | "holder" | "issuer" | "seal" | "reason" | "seq" | "block_number" | "block_time"
> & {
  chain_id: bigint;
  credential_type: string | null;
  replaces: string | null;
  superseded_by: string | null;
  anchored_at: bigint;
  valid_from: bigint;
  valid_until: bigint;
  revoked_at: bigint;
  withdrawn_at: bigint;
  superseded_at: bigint;
  sequence: number;
};

export type EntityRow = Pick<
  EventRow,
  "account" | "contract" | "sequence" | "reason" | "seq" | "block_number" | "block_time"
> & {
  chain_id: bigint;
  kinds: number;
  status: string;
  jurisdiction: string;
  lei: string;
  name: string;
  uri: string;
  registered_at: bigint;
  status_since: bigint;
};

export interface BlockRow {
  number: bigint;
  hash: string;
  parent_hash: string;
  time: bigint;
}

export interface ChainRow {
  name: string;
  status: string;
  verification: string;
  quarantine: string | null;
  contracts: unknown;
  head_number: bigint | null;
  head_time: bigint | null;
  checked_at: string | null;
  indexed_number: bigint | null;
  indexed_hash: string | null;
  indexed_time: bigint | null;
  safe_number: bigint | null;
  finalized_number: bigint | null;
  last_seq: bigint;
  known_at: string;
}

export interface ReorgRow {
  detected_at: string;
  from_number: bigint;
  from_hash: string;
  ancestor_number: bigint;
  ancestor_hash: string;
  retracted_events: number;
}

export interface Ledger {
  readonly chain: ChainRow | undefined;
  readonly events: readonly EventRow[];
  readonly grants: readonly GrantRow[];
  readonly credentials: readonly CredentialRow[];
  readonly entities: readonly EntityRow[];
  readonly blocks: readonly BlockRow[];
  readonly reorgs: readonly ReorgRow[];
}

const INT8 = 20;
const BYTEA = 17;
const TIMESTAMPTZ = 1184;

/** Exact values: int8 as bigint, bytea as hex, timestamptz as the text that sorts like the time (UTC, 6 digits). */
const types = {
  getTypeParser(oid: number, format?: "text" | "binary") {
    if (oid === INT8) return BigInt;
    if (oid === BYTEA) return (text: string) => `0x${text.slice(2)}`;
    if (oid === TIMESTAMPTZ) return (text: string) => text;
    return pg.types.getTypeParser(oid as never, format as never);
  },
} as unknown as pg.CustomTypesConfig;

export async function connect(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl, types, options: "-c timezone=UTC" });
  client.on("error", () => {});
  await client.connect();
  return client;
}

const columns = (list: readonly string[]): string => list.join(", ");
const EVENT = [
  ...["seq", "block_number", "block_hash", "block_time", "tx_index", "log_index", "tx_hash", "contract", "kind"],
  ...["verification", "credential", "holder", "grantee", "issuer", "seal", "purpose", "legal_basis", "reason"],
  ...["context", "granted_at", "not_before", "expires_at", "locked_until", "revoked_at", "retention", "sequence"],
  ...["flags", "grantor", "parent_granted_at", "authority", "hold_until", "account", "operation"],
  ...["raw_topics", "raw_data"],
];
const micros = (column: string): string => `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.US') AS ${column}`;

/** Everything about one chain in one snapshot. */
export async function readLedger(client: pg.Client, chainId: bigint): Promise<Ledger> {
  const rows = async <T>(sql: string): Promise<T[]> =>
    (await client.query(sql.replaceAll("$1", chainId.toString()))).rows.map((row) => ({ ...row })) as T[];
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    const chain = await rows<ChainRow>(
      `SELECT name, status, verification, quarantine, contracts, head_number, head_time, ${micros("checked_at")}, indexed_number,
              indexed_hash, indexed_time, safe_number, finalized_number, last_seq, ${micros("known_at")}
         FROM chain WHERE chain_id = $1`,
    );
    const events = await rows<EventRow>(
      `SELECT ${columns(EVENT)}, ${micros("learned_at")}, ${micros("retracted_at")}, ${micros("verified_at")}
         FROM event WHERE chain_id = $1 ORDER BY seq`,
    );
    const grants = await rows<GrantRow>(
      `SELECT credential, grantee, purpose, chain_id, contract, holder, issuer, seal, legal_basis, context, granted_at,
              not_before, expires_at, locked_until, revoked_at, retention, sequence, flags, grantor, parent_granted_at,
              parent_end, hold_until, seq, block_number, block_time, reason
         FROM access_grant WHERE chain_id = $1 ORDER BY credential, grantee, purpose, contract`,
    );
    const credentials = await rows<CredentialRow>(
      "SELECT * FROM credential WHERE chain_id = $1 ORDER BY credential, contract",
    );
    const entities = await rows<EntityRow>("SELECT * FROM entity WHERE chain_id = $1 ORDER BY account, contract");
    const blocks = await rows<BlockRow>(
      "SELECT number, hash, parent_hash, time FROM block WHERE chain_id = $1 ORDER BY number",
    );
    const reorgs = await rows<ReorgRow>(
      `SELECT ${micros("detected_at")}, from_number, from_hash, ancestor_number, ancestor_hash, retracted_events
         FROM reorg WHERE chain_id = $1 ORDER BY reorg.detected_at`,
    );
    return { chain: chain[0], events, grants, credentials, entities, blocks, reorgs };
  } finally {
    await client.query("COMMIT");
  }
}

/**
 * A digest over every byte of every row of every table, but for times of knowledge, which no two runs share. The rows
 * are PostgreSQL's own text of them, so that a column that this file does not know counts too.
 */
export async function digest(client: pg.Client, tables: readonly string[] = DIGESTED): Promise<string> {
  const hash = createHash("sha256");
  for (const table of tables) {
    const { rows } = await client.query(
      `SELECT (to_jsonb(t) - '{learned_at,retracted_at,verified_at,known_at,checked_at,detected_at}'::text[])::text AS row
         FROM ${table} t ORDER BY 1`,
    );
    hash.update(`${table} ${rows.length}\n`);
    for (const { row } of rows) hash.update(`${row}\n`);
  }
  return hash.digest("hex");
}

const DIGESTED = ["chain", "event", "access_grant", "credential", "entity", "block", "reorg"] as const;
