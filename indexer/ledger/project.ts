/**
 * `access_grant` from `event`: the newest live event of a grant is its row, since every event carries the whole record.
 * Set-based, for all grants that a batch touched at once.
 */

const KEY = ["credential", "grantee", "purpose", "chain_id", "contract"] as const;
const TAKEN = [
  "holder",
  "issuer",
  "seal",
  "granted_at",
  "not_before",
  "expires_at",
  "locked_until",
  "revoked_at",
  "retention",
  "sequence",
  "flags",
  "seq",
  "block_number",
  "block_time",
  "reason",
] as const;

const keys = (table: string): string => KEY.map((column) => `${table}.${column}`).join(", ");

/** The terms that the newest event itself carries only if it is a grant. */
const granted = (column: "legal_basis" | "context"): string => `
  CASE WHEN newest.kind = 'GRANTED' THEN newest.${column} ELSE (
    SELECT g.${column} FROM event g
     WHERE (${keys("g")}) = (${keys("newest")}) AND g.kind = 'GRANTED' AND g.retracted_at IS NULL
     ORDER BY g.seq DESC LIMIT 1) END`;

const upsertFrom = (newest: string): string => `
  INSERT INTO access_grant (${[...KEY, ...TAKEN].join(", ")}, legal_basis, context)
  SELECT ${[...KEY, ...TAKEN].map((column) => `newest.${column}`).join(", ")}, ${granted("legal_basis")}, ${granted("context")}
    FROM (${newest}) newest
  ON CONFLICT (${KEY.join(", ")}) DO UPDATE SET
    ${[...TAKEN, "legal_basis", "context"].map((column) => `${column} = excluded.${column}`).join(", ")}`;

/** Rows for the grants in the events after `$2` of chain `$1`. */
export const PROJECT_NEW_SQL = upsertFrom(`
  SELECT DISTINCT ON (${keys("e")}) e.* FROM event e
   WHERE e.chain_id = $1 AND e.seq > $2 AND e.kind <> 'UNDECODED'
   ORDER BY ${keys("e")}, e.seq DESC`);

/**
 * The first event after `$2` of chain `$1` whose record's sequence does not follow that of the event before it. A
 * contract cannot do that, so a node kept an event from us. The last number, 65535, may repeat.
 */
export const FIND_GAP_SQL = `
  SELECT e.block_number, e.tx_hash, e.sequence, coalesce(e.previous, known.sequence, 0) AS previous
    FROM (SELECT ${keys("f")}, f.seq, f.block_number, f.tx_hash, f.sequence,
                 lag(f.sequence) OVER (PARTITION BY ${keys("f")} ORDER BY f.seq) AS previous
            FROM event f WHERE f.chain_id = $1 AND f.seq > $2 AND f.kind <> 'UNDECODED') e
    LEFT JOIN access_grant known ON e.previous IS NULL AND (${keys("known")}) = (${keys("e")})
   WHERE e.sequence <> LEAST(coalesce(e.previous, known.sequence, 0) + 1, 65535)
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

/** Rows of the same grants from the live events that are left, if any. */
export const PROJECT_AGAIN_SQL = upsertFrom(`
  SELECT DISTINCT ON (${keys("e")}) e.* FROM event e JOIN (${TOUCHED}) t ON (${keys("e")}) = (${keys("t")})
   WHERE e.retracted_at IS NULL
   ORDER BY ${keys("e")}, e.seq DESC`);
