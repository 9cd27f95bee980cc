import { CREDENTIAL_RECORD_FIELDS } from "../../grants/credentialRecord.ts";
import { happened } from "./grant.ts";
import type { Knowledge } from "./known.ts";

/**
 * Credentials from the trail, as they were known at an earlier moment: the record stands in the newest event of each, what the
 * record does not say in the newest event of its kind.
 */

const literals = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(", ");
const ANY = literals([
  ...["CREDENTIAL_ANCHORED", "CREDENTIAL_SUPERSEDED", "CREDENTIAL_REVOKED", "CREDENTIAL_WITHDRAWN"],
]);

/** A word of the data, counting from 0. */
const word = (event: string, index: number): string => `substring(${event}.raw_data FROM ${32 * index + 1} FOR 32)`;

/** The record is the last word of each of these events; a field of it as a number. */
const field = (event: string, [offset, width]: readonly [number, number]): string =>
  `('x' || encode(substring(${event}.raw_data FROM octet_length(${event}.raw_data) - 31 + ${offset} FOR ${width}), 'hex'))::bit(${8 * width})::bigint`;

const { anchoredAt, validFrom, validUntil, revokedAt, withdrawnAt, supersededAt } = CREDENTIAL_RECORD_FIELDS;
const RECORD = (event: string): string =>
  Object.entries({
    anchored_at: anchoredAt,
    valid_from: validFrom,
    valid_until: validUntil,
    revoked_at: revokedAt,
    withdrawn_at: withdrawnAt,
    superseded_at: supersededAt,
  })
    .map(([column, place]) => `${field(event, place)} AS ${column}`)
    .join(", ");

/** Of each registry of chain `c`: what it was known to say about a credential, as much as decides. */
export const worthBy = (credential: string, { live }: Knowledge): string => `
  SELECT DISTINCT ON (e.contract) e.contract, ${RECORD("e")}, e.sequence::integer AS sequence, e.block_number
    FROM event e
   WHERE e.credential = ${credential} AND e.grantee IS NULL AND e.chain_id = c.chain_id AND e.kind IN (${ANY})
     AND ${live("e")}
   ORDER BY e.contract, e.seq DESC`;

/** The newest event of the credential of `k`, of this kind, that stood by then. */
const newest = (kind: string, columns: string, { live }: Knowledge): string => `
  SELECT ${columns} FROM event b
   WHERE b.credential = k.credential AND b.grantee IS NULL AND b.chain_id = k.chain_id AND b.contract = k.contract
     AND b.kind = '${kind}' AND ${live("b")}
   ORDER BY b.seq DESC LIMIT 1`;

/** "None" in the data is a word of zeros. */
const unlessZero = (hash: string): string => `NULLIF(${hash}, decode(repeat('00', 32), 'hex'))`;

/**
 * All columns of `credential`.
 * @param where SQL of what is true of every event `k` of the credentials that are wanted.
 */
export const credentialsBy = (where: string, knowledge: Knowledge): string => `
  SELECT k.credential, k.chain_id, k.contract, k.holder, k.issuer, k.seal, a.credential_type, a.replaces, s.superseded_by,
         ${RECORD("k")}, k.sequence::integer AS sequence, coalesce(r.reason, w.reason) AS reason, k.seq, k.block_number,
         k.block_time
    FROM (SELECT DISTINCT ON (k.credential, k.chain_id, k.contract) k.*
            FROM event k JOIN ${knowledge.chains} c ON c.chain_id = k.chain_id
           WHERE ${where} AND k.kind IN (${ANY}) AND ${knowledge.live("k")}
           ORDER BY k.credential, k.chain_id, k.contract, k.seq DESC) k
    JOIN ${knowledge.chains} c ON c.chain_id = k.chain_id
    LEFT JOIN LATERAL (${newest(
      "CREDENTIAL_ANCHORED",
      `${word("b", 1)} AS credential_type, ${unlessZero(word("b", 2))} AS replaces`,
      knowledge,
    )}) a ON true
    LEFT JOIN LATERAL (${newest("CREDENTIAL_SUPERSEDED", `${word("b", 1)} AS superseded_by`, knowledge)}) s ON true
    LEFT JOIN LATERAL (${newest("CREDENTIAL_REVOKED", "b.reason", knowledge)}) r ON true
    LEFT JOIN LATERAL (${newest("CREDENTIAL_WITHDRAWN", "b.reason", knowledge)}) w ON true`;

/** Who replaced a credential by the moment: what the earliest of the registries named. */
export const successorBy = (credential: string, at: string, chain: string, knowledge: Knowledge): string => `
  (SELECT ${word("b", 1)} FROM event b JOIN ${knowledge.chains} c ON c.chain_id = b.chain_id
    WHERE b.credential = ${credential} AND b.grantee IS NULL AND b.kind = 'CREDENTIAL_SUPERSEDED'
      AND ${knowledge.live("b")} AND b.block_time <= ${at} AND (${chain} IS NULL OR b.chain_id = ${chain})
    ORDER BY b.block_time, b.chain_id, b.contract LIMIT 1)`;

/** What kind of data a credential holds, by the first of the registries that anchored it by the moment, if there is one. */
export const credentialTypeBy = (credential: string, at: string | undefined, knowledge: Knowledge): string => `
  SELECT ${word("b", 1)} AS credential_type FROM event b JOIN ${knowledge.chains} c ON c.chain_id = b.chain_id
   WHERE b.credential = ${credential} AND b.grantee IS NULL AND b.kind = 'CREDENTIAL_ANCHORED'
     AND ${knowledge.live("b")} AND ${happened("b", at)}
   ORDER BY b.block_time, b.chain_id, b.contract LIMIT 1`;
