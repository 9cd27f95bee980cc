import type pg from "pg";
import { toHex } from "../grants/bytes.ts";
import { DEFENCES } from "../ops/defences.ts";
import { RetryableError } from "../ops/errors.ts";
import type { Batch, DerivedRows } from "./batch.ts";
import { HiddenEventError, outOfSequence, type Place } from "./changes.ts";
import { type Copy, copyIn } from "./copyIn.ts";
import { CREDENTIAL_TABLE } from "./credentialTable.ts";
import { copyChangedSql, copyCreatedSql, createWaitingSql, findHiddenSql, takeOverSql } from "./derived.ts";
import { ENTITY_TABLE } from "./entityTable.ts";
import { COPY_EVENTS_SQL, type Learned } from "./eventRows.ts";
import { GRANT_TABLE } from "./grantTable.ts";
import { followParents } from "./parents.ts";

const UNIQUE_VIOLATION = "23505";

/** What a connection needs before logs are written through it, see writerConnection.ts as well. */
export async function prepareSession(client: pg.ClientBase): Promise<void> {
  for (const table of [GRANT_TABLE, CREDENTIAL_TABLE, ENTITY_TABLE]) await client.query(createWaitingSql(table));
  // The few rows of a batch are always looked up in a large table; a plan that reads the table instead would be right
  // only while it is small, and the waiting table has no statistics by which the planner could tell.
  await client.query("SET enable_hashjoin = off");
  await client.query("SET enable_mergejoin = off");
  await client.query("SET jit = off");
}

/**
 * Writes events and takes over what follows from them.
 * @param opening what begins the transaction, empty if the caller began it: sent along with the events, since a server that waits
 *   for us is idle.
 * @throws HiddenEventError when the change before the first one in this batch of a thing is not there: the node kept an
 *   event back, and nothing may be written that does not follow from it.
 */
export async function writeBatch(client: pg.ClientBase, batch: Batch, first: Learned, opening: string): Promise<void> {
  const { events, derived, families } = batch;
  await copyCreated(client, derived, [{ sql: COPY_EVENTS_SQL, rows: events }], opening);
  for (const rows of derived) await takeOver(client, rows, first);
  const orphan = await followParents(client, first.chainId, families);
  if (orphan !== undefined)
    throw new HiddenEventError(
      await placeOf(client, first.chainId, orphan),
      "a grant made under one that is not there",
    );
}

/** Takes the rows of one derived table over. @param first of the batch that they follow from. */
export async function writeDerived(
  client: pg.ClientBase,
  rows: DerivedRows,
  first: Pick<Learned, "chainId" | "seq">,
): Promise<void> {
  await copyCreated(client, [rows]);
  await takeOver(client, rows, first);
}

/** Rows of what was there before. */
async function takeOver(
  client: pg.ClientBase,
  { table, changed, changedCount }: DerivedRows,
  first: Pick<Learned, "chainId" | "seq">,
): Promise<void> {
  if (changed === undefined) return;
  await copyIn(client, [{ sql: copyChangedSql(table), rows: changed }]);
  const taken = await client.query(takeOverSql(table));
  if (taken.rowCount === changedCount || !DEFENCES.sequence) return;
  const hidden = (await client.query(findHiddenSql(table), [first.chainId, first.seq])).rows[0];
  throw new HiddenEventError(
    place(hidden),
    outOfSequence(table.name, Number(hidden.sequence), hidden.previous === null ? undefined : Number(hidden.previous)),
  );
}

/**
 * Rows of things that begin: what begins twice was made up, or dropped without our being told.
 * @param others to be copied before them.
 */
export async function copyCreated(
  client: pg.ClientBase,
  derived: readonly DerivedRows[],
  others: readonly Copy[] = [],
  opening = "",
): Promise<void> {
  const made = derived.flatMap(({ table, created }) =>
    created === undefined ? [] : [{ sql: copyCreatedSql(table), rows: created }],
  );
  const copies = [...others, ...made];
  if (copies.length === 0) return;
  try {
    await copyIn(client, copies, opening);
  } catch (error) {
    const { code, constraint } = error as { code?: unknown; constraint?: unknown };
    const twice = derived.find(({ table }) => code === UNIQUE_VIOLATION && constraint === `${table.table}_pkey`);
    if (twice === undefined) throw error;
    throw new RetryableError(`the node gave the first change of ${twice.table.name} that is there already`, {
      cause: error,
    });
  }
}

async function placeOf(client: pg.ClientBase, chainId: bigint, seq: bigint): Promise<Place> {
  const { rows } = await client.query("SELECT block_number, tx_hash FROM event WHERE chain_id = $1 AND seq = $2", [
    chainId,
    seq,
  ]);
  return place(rows[0]);
}

const place = (row: { block_number: string; tx_hash: Uint8Array }): Place => ({
  transactionHash: toHex(row.tx_hash),
  blockNumber: BigInt(row.block_number),
});
