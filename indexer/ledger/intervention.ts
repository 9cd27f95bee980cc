import type pg from "pg";
import { remember } from "./knowledge.ts";

/** What an operator decides about a chain, and why. */
export interface Decision {
  /** In the operator's words. */
  readonly text: string;
  readonly by: string;
}

export type InterventionAction = "QUARANTINED" | "RESUMED" | "ROLLED_BACK" | "RETIRED" | "REBUILT";

/**
 * Knowledge time of a change made now: later than every one before it, whatever the clocks of the processes say. `$1` is
 * the chain.
 */
export const NEXT_KNOWN_AT = "GREATEST(clock_timestamp(), known_at + interval '1 microsecond')";

/** Moves the chain's knowledge on, for a change that is not one of its row. */
export async function touchChain(client: pg.ClientBase, chainId: bigint): Promise<void> {
  await client.query(`UPDATE chain SET known_at = ${NEXT_KNOWN_AT} WHERE chain_id = $1`, [chainId]);
}

/**
 * Records a decision, in the transaction that carries it out and after the chain's row was changed: the row's `known_at`
 * is when it was decided, and its cursor where the chain stands after it. What we know of the chain is other from then on.
 * @param found what stood against the chain before.
 */
export async function recordIntervention(
  client: pg.ClientBase,
  chainId: bigint,
  action: InterventionAction,
  decision: Decision,
  found: string | null = null,
): Promise<void> {
  await client.query(
    `INSERT INTO intervention (chain_id, decided_at, action, decision, decided_by, found, indexed_number, indexed_hash)
     SELECT chain_id, known_at, $2::intervention_action, $3, $4, $5, indexed_number, indexed_hash
       FROM chain WHERE chain_id = $1`,
    [chainId, action, decision.text, decision.by, found],
  );
  await remember(client, chainId);
}
