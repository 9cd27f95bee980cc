import type pg from "pg";
import { BugError } from "../ops/errors.ts";
import { contractsByAddress } from "./batch.ts";
import { readCursor, type StoredBlock, timestamptz } from "./cursor.ts";
import { retractAbove } from "./fallBack.ts";
import { type Decision, NEXT_KNOWN_AT, recordIntervention } from "./intervention.ts";
import { type StoredContract, storedContracts } from "./register.ts";

/**
 * Giving a chain back to its writer after an operator decided which history is right. Each runs in a transaction that the
 * caller, who holds the chain's lock, began. Until the chain is caught up, no answer rests on it.
 */

/** Our history is right: the chain goes on where it stands. */
export async function resumeWhereItStands(client: pg.ClientBase, chainId: bigint, decision: Decision): Promise<void> {
  const found = await release(client, chainId);
  await recordIntervention(client, chainId, "RESUMED", decision, found);
}

/** Where to go back to: a block that both histories share, or the block before the first one that was ever read. */
export type Ancestor = StoredBlock | { readonly number: bigint; readonly hash?: undefined };

/**
 * The node's history is right: what we hold above `ancestor` is retracted, never erased, and read again. What was called
 * final above it is so no longer: the one place where finality goes back, and by a person's word only.
 * @returns how many events were retracted.
 */
export async function resumeFrom(
  client: pg.ClientBase,
  chainId: bigint,
  ancestor: Ancestor,
  decision: Decision,
): Promise<number> {
  const found = await release(client, chainId);
  const before = await readCursor(client, chainId);
  if (before === undefined) throw new BugError(`chain ${chainId} was just written and is not there`);
  const { indexed, knownAt } = before;
  const at = timestamptz(knownAt);
  const contracts = contractsByAddress(storedContracts(before.contracts as StoredContract[]));
  const retracted = await retractAbove(client, contracts, chainId, ancestor.number, at);
  await replaceWindow(client, chainId, ancestor);
  if (indexed !== undefined)
    await client.query(
      `INSERT INTO reorg (chain_id, detected_at, from_number, from_hash, ancestor_number, ancestor_hash, retracted_events)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [chainId, at, indexed.number, indexed.hash, ancestor.number, ancestor.hash ?? Buffer.alloc(32), retracted],
    );
  const [number, hash, time] =
    ancestor.hash === undefined ? [null, null, null] : [ancestor.number, ancestor.hash, ancestor.time];
  await client.query(
    `UPDATE chain SET indexed_number = $2::bigint, indexed_hash = $3, indexed_time = $4,
            safe_number = CASE WHEN $2 IS NOT NULL THEN LEAST(safe_number, $2) END,
            finalized_number = CASE WHEN $2 IS NOT NULL THEN LEAST(finalized_number, $2) END
      WHERE chain_id = $1`,
    [chainId, number, hash, time],
  );
  await recordIntervention(client, chainId, "ROLLED_BACK", decision, found);
  return retracted;
}

/** The window ends at the ancestor, and begins there if it lies below everything that was kept. */
async function replaceWindow(client: pg.ClientBase, chainId: bigint, ancestor: Ancestor): Promise<void> {
  await client.query("DELETE FROM block WHERE chain_id = $1 AND ($2::bigint IS NULL OR number > $2)", [
    chainId,
    ancestor.hash === undefined ? null : ancestor.number,
  ]);
  if (ancestor.hash === undefined) return;
  await client.query(
    "INSERT INTO block (chain_id, number, hash, parent_hash, time) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
    [chainId, ancestor.number, ancestor.hash, ancestor.parentHash, ancestor.time],
  );
}

/** @returns the reason of the quarantine that stood before. */
async function release(client: pg.ClientBase, chainId: bigint): Promise<string | null> {
  const { rows } = await client.query<{ quarantine: string | null }>(
    "SELECT quarantine FROM chain WHERE chain_id = $1 FOR UPDATE",
    [chainId],
  );
  await client.query(
    `UPDATE chain SET status = 'BACKFILL', quarantine = NULL, known_at = ${NEXT_KNOWN_AT} WHERE chain_id = $1`,
    [chainId],
  );
  return rows[0]?.quarantine ?? null;
}
