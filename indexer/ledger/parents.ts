import type pg from "pg";
import type { Address } from "../grants/bytes.ts";
import { FLAG_GRANTED_ONWARD, FLAG_MAY_GRANT_ONWARD } from "../grants/record.ts";
import type { GrantEvent } from "./decodeGrant.ts";
import { flagsOf } from "./grantTable.ts";

/**
 * `parent_end` of what was granted onward: the active end of the parent, that is of its newest live record in the period
 * that the onward grant is pinned to. It changes with the parent's events as well as with its own.
 */

/** The grants that one grantee may have granted onward: those of one credential and purpose. */
export interface Family {
  readonly credential: Uint8Array;
  readonly grantor: Uint8Array;
  readonly purpose: number;
  readonly contract: Uint8Array;
}

/**
 * The family whose ends an event can change: its grantee's own, or the one it belongs to. In bytes of its own: those of the
 * event are of no more use when the next batch begins (plainEvents.ts), and a family is used when its batch is written.
 */
export function familyOf(event: GrantEvent, contract: Address): Family | undefined {
  const grantor = grantorOf(event);
  if (grantor === undefined) return undefined;
  const { credential, purpose } = event;
  return { credential: Buffer.from(credential), grantor: Buffer.from(grantor), purpose, contract };
}

function grantorOf(event: GrantEvent): Uint8Array | undefined {
  if (event.onward !== undefined) return event.onward.grantor;
  // Within a period that was granted with it, this flag stays.
  const flags = flagsOf(event) & (FLAG_MAY_GRANT_ONWARD | FLAG_GRANTED_ONWARD);
  return flags === FLAG_MAY_GRANT_ONWARD ? event.grantee : undefined;
}

const FOLLOW_PARENTS_SQL = `
  UPDATE access_grant t SET parent_end = (
           SELECT grant_active_end(e.expires_at, e.revoked_at, NULL) FROM event e
            WHERE (e.chain_id, e.contract, e.credential, e.grantee, e.purpose) =
                  (t.chain_id, t.contract, t.credential, t.grantor, t.purpose)
              AND e.granted_at = t.parent_granted_at AND e.retracted_at IS NULL
            ORDER BY e.seq DESC LIMIT 1)
    FROM (SELECT DISTINCT credential, grantor, purpose, contract
            FROM unnest($2::bytea[], $3::bytea[], $4::integer[], $5::bytea[]) AS f (credential, grantor, purpose, contract)
         ) f
   WHERE t.grantor IS NOT NULL AND t.chain_id = $1
     AND (t.grantor, t.credential, t.purpose, t.contract) = (f.grantor, f.credential, f.purpose, f.contract)
  RETURNING t.seq, t.parent_end`;

/**
 * Brings `parent_end` of these families up to date.
 * @returns `seq` of the newest event of a grant whose parent is not there; undefined when all are.
 */
export async function followParents(
  client: pg.ClientBase,
  chainId: bigint,
  families: readonly Family[],
): Promise<bigint | undefined> {
  if (families.length === 0) return undefined;
  const column = (name: keyof Family): unknown[] => families.map((family) => family[name]);
  const columns = (["credential", "grantor", "purpose", "contract"] as const).map(column);
  const { rows } = await client.query(FOLLOW_PARENTS_SQL, [chainId, ...columns]);
  const orphan = rows.find((row) => row.parent_end === null);
  return orphan === undefined ? undefined : BigInt(orphan.seq);
}
