import type pg from "pg";
import type { Said } from "./oracle.ts";

/** What the ledger holds of each chain's feed, in the order of docs/WATCHING.md, by plain SQL. */

const FEED_SQL = `
  WITH said AS (
    SELECT learned_at AS moment, seq AS a, 0 AS b, 'EVENT' AS what, seq, kind::text, block_time AS at,
           credential, holder, grantee, purpose, contract FROM event WHERE chain_id = $1
    UNION ALL
    SELECT retracted_at, -seq, 0, 'EVENT_RETRACTED', seq, kind::text, block_time,
           credential, holder, grantee, purpose, contract FROM event WHERE chain_id = $1 AND retracted_at IS NOT NULL
    UNION ALL
    SELECT known_at, after_seq, ordinal, 'TRANSITION', cause_seq, kind::text, at,
           credential, holder, grantee, purpose, contract FROM transition WHERE chain_id = $1
    UNION ALL
    SELECT retracted_at, -after_seq, -ordinal, 'TRANSITION_RETRACTED', cause_seq, kind::text, at,
           credential, holder, grantee, purpose, contract FROM transition WHERE chain_id = $1 AND retracted_at IS NOT NULL)
  SELECT *, to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS moment FROM said
   ORDER BY said.moment, a, b`;

const text = (bytes: Buffer | null): string | undefined => (bytes === null ? undefined : `0x${bytes.toString("hex")}`);

export async function storedFeed(client: pg.ClientBase, chain: bigint): Promise<Said[]> {
  const { rows } = await client.query(FEED_SQL, [chain]);
  return rows.map((row) => {
    const [credential, holder, grantee, contract] = [row.credential, row.holder, row.grantee, row.contract].map(text);
    const grant = grantee && `${credential} ${grantee} ${String(row.purpose).padStart(5, "0")} ${contract}`;
    const about = { grant, credential, holder, grantee };
    return {
      chain,
      moment: row.moment,
      what: row.what,
      seq: BigInt(row.seq),
      kind: row.kind,
      at: BigInt(row.at),
      about,
    };
  });
}
