import type pg from "pg";

/**
 * The history of what was known of a chain: `knowledge` gets a row for each change of what `chain` says, in the transaction
 * of the change, so that a past answer can be given again. docs/LEDGER.md, "What is known, and since when".
 */

const STATE = [
  ...["head_number", "head_time", "indexed_number", "indexed_time", "safe_number", "finalized_number", "last_seq"],
  ...["status", "verification", "indexed_hash", "quarantine"],
];
const of = (row: string): string => STATE.map((column) => `${row}.${column}`).join(", ");

/** A row holds no more heartbeats than this: rewriting it must stay cheap on a chain that stands still. */
const MAX_HEARTBEATS = 60;

/**
 * A node that confirms what was known already adds four bytes to the newest row and not a row a second. Only where it is
 * the clock that made `known_at`: after a clock that was ahead, the two differ, and the row has to say both.
 */
const REMEMBER_SQL = `
  WITH beat AS (
    UPDATE knowledge k
       SET heartbeats = k.heartbeats || (extract(epoch FROM c.known_at - k.since) * 1000000)::integer
      FROM chain c
     WHERE c.chain_id = $1 AND k.chain_id = $1
       AND k.since = (SELECT max(n.since) FROM knowledge n WHERE n.chain_id = $1)
       AND (${of("k")}) IS NOT DISTINCT FROM (${of("c")})
       AND c.checked_at = date_trunc('milliseconds', c.known_at)
       AND coalesce(cardinality(k.heartbeats), 0) < ${MAX_HEARTBEATS}
       AND c.known_at < k.since + interval '30 minutes'
    RETURNING k.since)
  INSERT INTO knowledge (chain_id, since, checked_at, ${STATE.join(", ")})
  SELECT c.chain_id, c.known_at, c.checked_at, ${of("c")} FROM chain c
   WHERE c.chain_id = $1 AND NOT EXISTS (SELECT FROM beat)`;

/** Keeps what `chain` says now, within the transaction that made it say so. */
export async function remember(client: pg.ClientBase, chainId: bigint): Promise<void> {
  await client.query({ name: "remember", text: REMEMBER_SQL, values: [chainId] });
}

/** The least that any part of a chain's history was checked, when it is read in mode `$5` from now on. */
const LEAST = `CASE WHEN chain.indexed_number IS NULL THEN excluded.verification
                    ELSE LEAST(chain.verification, excluded.verification) END`;

/** Makes the row of a chain, or gives it its new name or mode; either is something that we know from `$4` on. */
export const REGISTER_SQL = `
  WITH c AS (
    INSERT INTO chain (chain_id, name, status, contracts, known_at, verification)
    VALUES ($1, $2, 'BACKFILL', $3, $4, $5)
    ON CONFLICT (chain_id) DO UPDATE
       SET name = excluded.name, verification = ${LEAST}, known_at = GREATEST(excluded.known_at, chain.known_at + interval '1 microsecond')
     WHERE chain.name <> excluded.name OR chain.verification <> ${LEAST}
    RETURNING *)
  INSERT INTO knowledge (chain_id, since, checked_at, ${STATE.join(", ")}, name, contracts)
  SELECT c.chain_id, c.known_at, c.checked_at, ${of("c")}, c.name, c.contracts FROM c`;
