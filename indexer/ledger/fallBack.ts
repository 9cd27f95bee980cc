import type pg from "pg";
import { toAddress, toHex } from "../grants/bytes.ts";
import { FLAG_GRANTED_ONWARD, FLAG_HELD } from "../grants/record.ts";
import { DEFENCES } from "../ops/defences.ts";
import { BugError } from "../ops/errors.ts";
import { type Contracts, Projection } from "./batch.ts";
import { decodeRaw } from "./decode.ts";
import { GRANT_TABLE } from "./grantTable.ts";
import { type Family, followParents } from "./parents.ts";
import { copyCreated } from "./writeLogs.ts";

/**
 * Retracting events, and bringing every derived row that they had changed back to what the live events that are left say:
 * grants in SQL, since there can be many; credentials and entities by folding their events again, as when they came.
 */

/** Marks the live events above block `$2` of chain `$1` as retracted at `$3` and returns what they were about. */
const RETRACT_SQL = `
  UPDATE event SET retracted_at = $3::timestamptz
   WHERE chain_id = $1 AND block_number > $2 AND retracted_at IS NULL
  RETURNING credential, grantee, purpose, contract, kind::text, account`;

interface Retracted {
  readonly credential: Buffer | null;
  readonly grantee: Buffer | null;
  readonly purpose: number | null;
  readonly contract: Buffer;
  readonly kind: string;
  readonly account: Buffer | null;
}

/**
 * Retracts the live events above block `number` at `at`, and puts the derived tables back.
 * @returns how many events were retracted.
 */
export async function retractAbove(
  client: pg.ClientBase,
  contracts: Contracts,
  chainId: bigint,
  number: bigint,
  at: string,
): Promise<number> {
  if (!DEFENCES.retraction) return 0;
  const { rows } = await client.query<Retracted>(RETRACT_SQL, [chainId, number, at]);
  await restoreGrants(
    client,
    chainId,
    rows.filter((row) => row.grantee !== null),
  );
  for (const [table, column, about] of [
    ["credential", "credential", "CREDENTIAL"],
    ["entity", "account", "ENTITY"],
  ] as const) {
    const touched = rows.filter((row) => row.kind.startsWith(`${about}_`));
    if (touched.length > 0) await restore(client, contracts, chainId, { table, column, about }, touched);
  }
  return rows.length;
}

const keys = (row: string): string => GRANT_TABLE.key.map((column) => `${row}.${column}`).join(", ");

const TOUCHED = `
  SELECT DISTINCT credential, grantee, purpose, $1::bigint AS chain_id, contract
    FROM unnest($2::bytea[], $3::bytea[], $4::integer[], $5::bytea[]) AS t (credential, grantee, purpose, contract)`;

/** Removes the rows of the grants given as columns `$2`…`$5` of chain `$1`. */
const FORGET_GRANTS_SQL = `DELETE FROM access_grant g USING (${TOUCHED}) t WHERE (${keys("g")}) = (${keys("t")})`;

/** The column's newest live word in an event of one of these kinds. */
const newestWord = (column: string, ...kinds: string[]): string => `(
    SELECT e.${column} FROM event e
     WHERE (${keys("e")}) = (${keys("newest")}) AND e.retracted_at IS NULL
       AND e.kind IN (${kinds.map((kind) => `'${kind}'`).join(", ")})
     ORDER BY e.seq DESC LIMIT 1)`;

/** What `access_grant` says that the newest event of a grant may not. */
const CARRIED: Readonly<Record<string, string>> = {
  legal_basis: `COALESCE(${newestWord("legal_basis", "GRANTED", "GRANTED_ONWARD")}, 0)`,
  context: `COALESCE(${newestWord("context", "GRANTED", "GRANTED_ONWARD")}, '\\x${"00".repeat(32)}')`,
  hold_until: `CASE WHEN (newest.flags & ${FLAG_HELD}) = 0 THEN 0
                    ELSE COALESCE(${newestWord("hold_until", "HELD", "HOLD_LIFTED")}, 0) END`,
  grantor: `CASE WHEN (newest.flags & ${FLAG_GRANTED_ONWARD}) <> 0
                 THEN ${newestWord("grantor", "GRANTED_ONWARD")} END`,
  parent_granted_at: `CASE WHEN (newest.flags & ${FLAG_GRANTED_ONWARD}) <> 0
                           THEN ${newestWord("parent_granted_at", "GRANTED_ONWARD")} END`,
  parent_end: "NULL",
};

/** Rows of the same grants from the live events that are left, if any. */
const PROJECT_GRANTS_SQL = `
  INSERT INTO access_grant (${[...GRANT_TABLE.key, ...GRANT_TABLE.columns].join(", ")})
  SELECT ${[...GRANT_TABLE.key, ...GRANT_TABLE.columns].map((column) => CARRIED[column] ?? `newest.${column}`).join(", ")}
    FROM (SELECT DISTINCT ON (${keys("e")}) e.* FROM event e JOIN (${TOUCHED}) t ON (${keys("e")}) = (${keys("t")})
           WHERE e.retracted_at IS NULL
           ORDER BY ${keys("e")}, e.seq DESC) newest
  RETURNING credential, grantor, purpose, contract`;

async function restoreGrants(client: pg.ClientBase, chainId: bigint, touched: readonly Retracted[]): Promise<void> {
  if (touched.length === 0) return;
  const columns = (["credential", "grantee", "purpose", "contract"] as const).map((name) =>
    touched.map((row) => row[name]),
  );
  await client.query(FORGET_GRANTS_SQL, [chainId, ...columns]);
  const restored = await client.query(PROJECT_GRANTS_SQL, [chainId, ...columns]);
  const families: Family[] = [
    ...restored.rows.filter((row) => row.grantor !== null),
    ...touched.flatMap(({ credential, grantee: grantor, purpose, contract }) =>
      credential === null || grantor === null || purpose === null ? [] : [{ credential, grantor, purpose, contract }],
    ),
  ];
  if ((await followParents(client, chainId, families)) !== undefined)
    throw new BugError(`chain ${chainId}: a live grant was made under one that has no live event`);
}

interface Foldable {
  readonly table: "credential" | "entity";
  readonly column: "credential" | "account";
  /** How the kinds of its events begin. */
  readonly about: "CREDENTIAL" | "ENTITY";
}

async function restore(
  client: pg.ClientBase,
  contracts: Contracts,
  chainId: bigint,
  { table, column, about }: Foldable,
  touched: readonly Retracted[],
): Promise<void> {
  const values = [chainId, touched.map((row) => row[column]), touched.map((row) => row.contract)];
  const among = `(t.${column}, t.contract) IN (SELECT * FROM unnest($2::bytea[], $3::bytea[]))`;
  await client.query(`DELETE FROM ${table} t WHERE t.chain_id = $1 AND ${among}`, values);
  const { rows } = await client.query(
    `SELECT t.seq, t.block_number, t.block_time, t.tx_hash, t.contract, t.raw_topics, t.raw_data FROM event t
      WHERE t.chain_id = $1 AND t.retracted_at IS NULL AND t.kind::text LIKE '${about}\\_%' AND ${among}
      ORDER BY t.seq`,
    values,
  );
  const projection = new Projection();
  for (const row of rows) {
    const address = toHex(row.contract);
    const contract = contracts.get(address);
    const event = contract && decodeRaw(contract.name, { topics: row.raw_topics, data: row.raw_data });
    if (event === undefined || event.kind === "UNDECODED")
      throw new BugError(`chain ${chainId}: event ${row.seq} can no longer be decoded`);
    projection.add(
      {
        log: { address, transactionHash: toHex(row.tx_hash), blockNumber: BigInt(row.block_number) },
        blockTime: BigInt(row.block_time),
        contract: toAddress(row.contract),
        seq: BigInt(row.seq),
      },
      event,
    );
  }
  await copyCreated(client, projection.rows(chainId));
}
