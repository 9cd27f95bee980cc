import type pg from "pg";
import type { UnixTime } from "../../grants/record.ts";
import type { Transition } from "./passage.ts";
import { nameOf } from "./readGrants.ts";
import type { GrantName } from "./standing.ts";

/** Writing transitions, and the moments at which grants change next. */

/** A transition and the write by which it was known. */
export interface KnownTransition extends Transition {
  readonly since: string;
}

const columns = (names: readonly GrantName[]): unknown[][] =>
  (["credential", "grantee", "purpose", "contract"] as const).map((column) => names.map((name) => name[column]));

export async function addTransitions(
  client: pg.ClientBase,
  chainId: bigint,
  transitions: readonly KnownTransition[],
): Promise<void> {
  if (transitions.length === 0) return;
  const column = (name: keyof KnownTransition): unknown[] => transitions.map((transition) => transition[name]);
  await client.query({
    name: "transition add",
    text: `
      INSERT INTO transition (chain_id, known_at, after_seq, ordinal, kind, at, holder, cause_seq, credential, grantee, purpose, contract)
      SELECT $1, * FROM unnest($2::timestamptz[], $3::bigint[], $4::integer[], $5::transition_kind[], $6::bigint[],
                               $7::bytea[], $8::bigint[], $9::bytea[], $10::bytea[], $11::integer[], $12::bytea[])`,
    values: [
      ...[chainId, column("since"), column("afterSeq"), column("ordinal"), column("kind"), column("at")],
      ...[column("holder"), column("causeSeq"), ...columns(column("name") as GrantName[])],
    ],
  });
}

/**
 * Marks what the chain has not reached any more after it went back to `time`, or what followed from an event that it
 * dropped, which can be in the same second.
 * @returns the grants that they are about.
 */
export async function retractTransitions(
  client: pg.ClientBase,
  chainId: bigint,
  since: string,
  time: UnixTime | undefined,
): Promise<GrantName[]> {
  const { rows } = await client.query({
    name: "transition retract",
    text: `
      UPDATE transition t SET retracted_at = $2::timestamptz
       WHERE t.chain_id = $1 AND t.at >= $3 AND t.retracted_at IS NULL
         AND (t.at > $3 OR EXISTS (SELECT FROM event e WHERE e.chain_id = $1 AND e.seq = t.cause_seq
                                      AND e.retracted_at = $2::timestamptz))
      RETURNING t.credential, t.grantee, t.purpose, t.contract`,
    values: [chainId, since, time ?? -1n],
  });
  return rows.map(nameOf);
}

/** The grants that a write retracted events of. */
export async function readRetracted(client: pg.ClientBase, chainId: bigint, since: string): Promise<GrantName[]> {
  const { rows } = await client.query({
    name: "transition retracted",
    text: `SELECT DISTINCT credential, grantee, purpose, contract FROM event
            WHERE chain_id = $1 AND retracted_at = $2::timestamptz AND grantee IS NOT NULL`,
    values: [chainId, since],
  });
  return rows.map(nameOf);
}

/** The grants whose moment comes by `time`. */
export async function readDue(client: pg.ClientBase, chainId: bigint, time: UnixTime): Promise<GrantName[]> {
  const { rows } = await client.query({
    name: "transition due",
    text: `SELECT credential, grantee, purpose, contract FROM pending_transition WHERE chain_id = $1 AND at <= $2`,
    values: [chainId, time],
  });
  return rows.map(nameOf);
}

/** Replaces the moments of these grants; those that have none any more are forgotten. */
export async function writePending(
  client: pg.ClientBase,
  chainId: bigint,
  pending: readonly { readonly name: GrantName; readonly at: UnixTime | undefined }[],
): Promise<void> {
  const over = pending.filter(({ at }) => at === undefined).map(({ name }) => name);
  if (over.length > 0)
    await client.query({
      name: "transition over",
      text: `DELETE FROM pending_transition p
              USING unnest($2::bytea[], $3::bytea[], $4::integer[], $5::bytea[]) AS k (credential, grantee, purpose, contract)
              WHERE (p.credential, p.grantee, p.purpose, p.chain_id, p.contract) =
                    (k.credential, k.grantee, k.purpose, $1, k.contract)`,
      values: [chainId, ...columns(over)],
    });
  const next = pending.filter(({ at }) => at !== undefined);
  if (next.length > 0)
    await client.query({
      name: "transition pending",
      text: `
        INSERT INTO pending_transition (chain_id, credential, grantee, purpose, contract, at)
        SELECT $1, * FROM unnest($2::bytea[], $3::bytea[], $4::integer[], $5::bytea[], $6::bigint[])
        ON CONFLICT (credential, grantee, purpose, chain_id, contract) DO UPDATE SET at = excluded.at
         WHERE pending_transition.at <> excluded.at`,
      values: [chainId, ...columns(next.map(({ name }) => name)), next.map(({ at }) => at)],
    });
}
