import type pg from "pg";
import { OperatorError } from "../ops/errors.ts";
import { WRITABLE } from "./heldChain.ts";
import { type Decision, NEXT_KNOWN_AT, recordIntervention } from "./intervention.ts";

/** Taking a chain out of answers and of writing. Each is one step of a transaction that the caller began. */

/**
 * Needs no lock: a writer in the middle of a step either commits before this or finds its next step refused.
 * @throws OperatorError when the chain is held already.
 */
export async function quarantineChain(client: pg.ClientBase, chainId: bigint, decision: Decision): Promise<void> {
  await change(client, chainId, WRITABLE, "QUARANTINED", decision.text);
  await recordIntervention(client, chainId, "QUARANTINED", decision);
}

/** The caller holds the chain's lock. @throws OperatorError when the chain is retired already. */
export async function retireChain(client: pg.ClientBase, chainId: bigint, decision: Decision): Promise<void> {
  const found = await change(client, chainId, "status <> 'RETIRED'", "RETIRED", null);
  await recordIntervention(client, chainId, "RETIRED", decision, found);
}

/** @returns the reason of the quarantine that stood before. */
async function change(
  client: pg.ClientBase,
  chainId: bigint,
  allowed: string,
  status: "QUARANTINED" | "RETIRED",
  quarantine: string | null,
): Promise<string | null> {
  const { rows } = await client.query<{ status: string; quarantine: string | null }>(
    "SELECT status::text, quarantine FROM chain WHERE chain_id = $1 FOR UPDATE",
    [chainId],
  );
  const { rowCount } = await client.query(
    `UPDATE chain SET status = $2::chain_status, quarantine = $3, known_at = ${NEXT_KNOWN_AT}
      WHERE chain_id = $1 AND ${allowed}`,
    [chainId, status, quarantine],
  );
  const [before] = rows;
  if (rowCount !== 1)
    throw new OperatorError(
      before === undefined
        ? `chain ${chainId} is not in this ledger`
        : `chain ${chainId} is ${before.status.toLowerCase()} already${before.quarantine === null ? "" : `: ${before.quarantine}`}`,
    );
  return before?.quarantine ?? null;
}
