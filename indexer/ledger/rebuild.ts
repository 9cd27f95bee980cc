import type pg from "pg";
import { BugError } from "../ops/errors.ts";
import { type Contracts, contractsByAddress, Projection } from "./batch.ts";
import { CREDENTIAL_TABLE } from "./credentialTable.ts";
import { clearWaitingSql, type TableShape } from "./derived.ts";
import { ENTITY_TABLE } from "./entityTable.ts";
import { GRANT_TABLE } from "./grantTable.ts";
import { followParents } from "./parents.ts";
import { type StoredContract, storedContracts } from "./register.ts";
import { originOf, STORED_COLUMNS, type StoredRow, storedEvent } from "./storedEvent.ts";
import { prepareSession, writeDerived } from "./writeLogs.ts";
import { noticeOurEnd } from "./writerConnection.ts";

/**
 * The derived tables of one chain, made again from its live events and compared with what is stored. They are made in
 * temporary tables of the same names, which come before the stored ones in the search path, so that the very statements of
 * the writer fill them. All in one transaction of the caller's, of isolation level REPEATABLE READ: one moment is compared.
 */

const TABLES: readonly TableShape[] = [GRANT_TABLE, CREDENTIAL_TABLE, ENTITY_TABLE];
/** As many as one step of the writer: bounded memory, whatever the ledger's size. */
const BATCH_EVENTS = 5_000;
const EXAMPLES = 10;

export interface TableComparison {
  readonly table: string;
  /** Rows that follow from the events. */
  readonly rows: number;
  readonly differences: number;
  /** The first of them: what is stored and what follows from the events; null where there is no such row. */
  readonly examples: readonly { readonly stored: object | null; readonly rebuilt: object | null }[];
}

/** @param progress told how many events are done. */
export async function rebuildChain(
  client: pg.ClientBase,
  chainId: bigint,
  progress: (done: number) => void,
): Promise<TableComparison[]> {
  for (const { table } of TABLES)
    await client.query(`CREATE TEMPORARY TABLE ${table} (LIKE public.${table} INCLUDING ALL) ON COMMIT DROP`);
  await noticeOurEnd(client);
  await prepareSession(client);
  await replay(client, chainId, progress);
  await client.query("RESET enable_hashjoin; RESET enable_mergejoin");
  const comparisons: TableComparison[] = [];
  for (const shape of TABLES) comparisons.push(await compare(client, chainId, shape));
  return comparisons;
}

/** Puts right what differs, after {@link rebuildChain} in the same transaction. */
export async function takeOverRebuilt(client: pg.ClientBase): Promise<void> {
  for (const { table, key } of TABLES) {
    const columns = key.map((column) => `t.${column}`).join(", ");
    const wrong = key.map((column) => `w.${column}`).join(", ");
    await client.query(`DELETE FROM public.${table} t USING wrong_${table} w WHERE (${columns}) = (${wrong})`);
    await client.query(`INSERT INTO public.${table} SELECT * FROM right_${table}`);
  }
}

async function replay(client: pg.ClientBase, chainId: bigint, progress: (done: number) => void): Promise<void> {
  const chain = await client.query<{ contracts: StoredContract[] }>("SELECT contracts FROM chain WHERE chain_id = $1", [
    chainId,
  ]);
  const contracts = contractsByAddress(storedContracts(chain.rows[0]?.contracts ?? []));
  let after = "0";
  for (let done = 0; ; ) {
    const { rows } = await client.query<StoredRow>(
      `SELECT ${STORED_COLUMNS} FROM event WHERE chain_id = $1 AND seq > $2 AND retracted_at IS NULL
        ORDER BY seq LIMIT ${BATCH_EVENTS}`,
      [chainId, after],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    await project(client, contracts, chainId, rows);
    after = last.seq;
    done += rows.length;
    progress(done);
  }
}

async function project(
  client: pg.ClientBase,
  contracts: Contracts,
  chainId: bigint,
  rows: readonly StoredRow[],
): Promise<void> {
  const projection = new Projection();
  for (const row of rows) {
    const event = storedEvent(contracts, row);
    if (event.kind !== "UNDECODED") projection.add(originOf(row), event);
  }
  const first = { chainId, seq: BigInt(rows[0]?.seq ?? 0) };
  for (const derived of projection.rows(chainId)) {
    await writeDerived(client, derived, first);
    await client.query(clearWaitingSql(derived.table));
  }
  const orphan = await followParents(client, chainId, projection.families);
  if (orphan !== undefined)
    throw new BugError(`chain ${chainId}: event ${orphan} was made under a grant without events`);
}

async function compare(client: pg.ClientBase, chainId: bigint, { table, key }: TableShape): Promise<TableComparison> {
  const stored = `SELECT * FROM public.${table} WHERE chain_id = ${chainId}`;
  const rebuilt = `SELECT * FROM pg_temp.${table}`;
  await client.query(`CREATE TEMPORARY TABLE wrong_${table} ON COMMIT DROP AS ${stored} EXCEPT ${rebuilt}`);
  await client.query(`CREATE TEMPORARY TABLE right_${table} ON COMMIT DROP AS ${rebuilt} EXCEPT ${stored}`);
  const counts = await client.query<{ rows: string }>(`SELECT count(*) AS rows FROM pg_temp.${table}`);
  const differing = `FROM wrong_${table} w FULL JOIN right_${table} r USING (${key.join(", ")})`;
  const differences = await client.query<{ count: string }>(`SELECT count(*) ${differing}`);
  const examples = await client.query<{ stored: object | null; rebuilt: object | null }>(
    `SELECT CASE WHEN w.seq IS NOT NULL THEN to_jsonb(w) END AS stored,
            CASE WHEN r.seq IS NOT NULL THEN to_jsonb(r) END AS rebuilt
       ${differing} ORDER BY ${key.join(", ")} LIMIT ${EXAMPLES}`,
  );
  return {
    table,
    rows: Number(counts.rows[0]?.rows),
    differences: Number(differences.rows[0]?.count),
    examples: examples.rows,
  };
}
