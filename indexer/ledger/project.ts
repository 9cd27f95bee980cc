import { KEY_COLUMNS, TERMS_COLUMNS, VALUE_COLUMNS } from "./grantRows.ts";

/**
 * `access_grant` in SQL: taking over what a batch changed, and falling back to what is left after a reorg. The newest
 * live event of a grant is its row, since every event carries the whole record.
 */

const keys = (table: string): string => KEY_COLUMNS.map((column) => `${table}.${column}`).join(", ");
const take = (from: string): string => VALUE_COLUMNS.map((column) => `${column} = ${from}.${column}`).join(", ");

/** Where the rows of grants that were there before wait for UPDATE_CHANGED_SQL; of one connection, empty at its commit. */
export const CREATE_CHANGED_SQL = `
  CREATE TEMPORARY TABLE changed_grant ON COMMIT DELETE ROWS AS
  SELECT g.*, 0 AS first_sequence FROM access_grant g WITH NO DATA`;

/** What is stored is the change right before; the last number, 65535, may repeat. */
const FOLLOWS = "c.first_sequence = LEAST(g.sequence + 1, 65535)";

/** Takes over the changed grants, each only if no change is missing in between. */
export const UPDATE_CHANGED_SQL = `
  UPDATE access_grant g SET ${take("c")},
         ${TERMS_COLUMNS.map((column) => `${column} = coalesce(c.${column}, g.${column})`).join(", ")}
    FROM changed_grant c WHERE (${keys("g")}) = (${keys("c")}) AND ${FOLLOWS}`;

/** The first event of this batch (from `$2` on, of chain `$1`) whose grant's change before it is not there. */
export const FIND_HIDDEN_SQL = `
  SELECT e.block_number, e.tx_hash, e.sequence, g.sequence AS previous
    FROM changed_grant c
    JOIN event e ON e.chain_id = $1 AND e.seq >= $2 AND (${keys("e")}) = (${keys("c")}) AND e.sequence = c.first_sequence
    LEFT JOIN access_grant g ON (${keys("g")}) = (${keys("c")})
   WHERE g.sequence IS NULL OR NOT (${FOLLOWS})
   ORDER BY e.seq LIMIT 1`;

/** Marks the live events above block `$2` of chain `$1` as retracted at `$3` and returns the grants they were of. */
export const RETRACT_SQL = `
  UPDATE event SET retracted_at = $3::timestamptz
   WHERE chain_id = $1 AND block_number > $2 AND retracted_at IS NULL
  RETURNING credential, grantee, purpose, contract`;

const TOUCHED = `
  SELECT DISTINCT credential, grantee, purpose, $1::bigint AS chain_id, contract
    FROM unnest($2::bytea[], $3::bytea[], $4::integer[], $5::bytea[]) AS t (credential, grantee, purpose, contract)`;

/** Removes the rows of the grants given as columns `$2`…`$5` of chain `$1`. */
export const FORGET_SQL = `
  DELETE FROM access_grant g USING (${TOUCHED}) t WHERE (${keys("g")}) = (${keys("t")})`;

/** The terms that the newest event itself carries only if it is a grant. */
const granted = (column: (typeof TERMS_COLUMNS)[number]): string => `
  CASE WHEN newest.kind = 'GRANTED' THEN newest.${column} ELSE (
    SELECT g.${column} FROM event g
     WHERE (${keys("g")}) = (${keys("newest")}) AND g.kind = 'GRANTED' AND g.retracted_at IS NULL
     ORDER BY g.seq DESC LIMIT 1) END`;

/** Rows of the same grants from the live events that are left, if any. */
export const PROJECT_AGAIN_SQL = `
  INSERT INTO access_grant (${[...KEY_COLUMNS, ...VALUE_COLUMNS, ...TERMS_COLUMNS].join(", ")})
  SELECT ${[...KEY_COLUMNS, ...VALUE_COLUMNS]
    .map((column) => `newest.${column}`)
    .join(", ")
    .replace("newest.hold_until", "0")},
         ${TERMS_COLUMNS.map(granted).join(", ")}
    FROM (SELECT DISTINCT ON (${keys("e")}) e.* FROM event e JOIN (${TOUCHED}) t ON (${keys("e")}) = (${keys("t")})
           WHERE e.retracted_at IS NULL
           ORDER BY ${keys("e")}, e.seq DESC) newest`;
