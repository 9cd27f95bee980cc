import { happened } from "./grant.ts";
import type { EntityStatus } from "./issuer.ts";
import type { Knowledge } from "./known.ts";

/**
 * Entities from the trail, at an earlier moment: who somebody was stands in the newest event that stated it, and whether he
 * might act in the newest one that changed that.
 */

/** Which status an event of the registry leaves behind. An amendment leaves it as it was. */
const STATUS_AFTER = {
  ENTITY_REGISTERED: "ACTIVE",
  ENTITY_REINSTATED: "ACTIVE",
  ENTITY_SUSPENDED: "SUSPENDED",
  ENTITY_WITHDRAWN: "WITHDRAWN",
} as const satisfies Record<string, EntityStatus>;

const literals = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(", ");
const STATUS_CHANGING = literals(Object.keys(STATUS_AFTER));
const STATING = literals(["ENTITY_REGISTERED", "ENTITY_AMENDED"]);
const ANY = literals([...Object.keys(STATUS_AFTER), "ENTITY_AMENDED"]);

const status = (event: string): string =>
  `CASE ${event}.kind::text ${Object.entries(STATUS_AFTER)
    .map(([kind, after]) => `WHEN '${kind}' THEN '${after}'`)
    .join(" ")} END`;

/** What counts: events that stood, up to the moment if there is one. */
interface Counting {
  readonly at: string | undefined;
  readonly knowledge: Knowledge;
}

/** The newest event of these kinds about the entity of `event` that counts. */
const newest = (kinds: string, columns: string, event: string, { at, knowledge }: Counting): string => `
  SELECT ${columns} FROM event b
   WHERE b.account = ${event}.account AND b.chain_id = ${event}.chain_id AND b.contract = ${event}.contract
     AND b.kind IN (${kinds}) AND ${knowledge.live("b")} AND ${happened("b", at)}
   ORDER BY b.seq DESC LIMIT 1`;

/** An event of the registry has its words in the data: kinds, jurisdiction, LEI, two offsets and a number, then the texts. */
const WORD = 32;
const [JURISDICTION, LEI, URI_OFFSET, NAME] = [1 * WORD, 2 * WORD, 4 * WORD, 6 * WORD];
/** A number of the data, as much of it as a length can be. */
const number = (at: string | number): string =>
  `(get_byte(d.raw_data, ${at} + 29) * 65536 + get_byte(d.raw_data, ${at} + 30) * 256 + get_byte(d.raw_data, ${at} + 31))`;
/** Bytes of the data; PostgreSQL counts them from 1. */
const bytes = (at: string | number, length: string | number): string =>
  `substring(d.raw_data FROM ${at} + 1 FOR ${length})`;
const text = (at: string | number): string => bytes(`${at} + ${WORD}`, number(at));

/**
 * Of each registry of chain `c`: the account's status and kinds, as many columns of `entity` as a check needs.
 * @param account SQL of the account.
 */
export const issuersAsOf = (account: string, counting: Counting): string => `
  SELECT e.account, e.contract, e.block_number, s.block_time AS status_since, s.status,
         (${newest(STATING, "get_byte(b.raw_data, 31)", "e", counting)}) AS kinds
    FROM (SELECT DISTINCT ON (a.contract) a.account, a.chain_id, a.contract, a.block_number FROM event a
           WHERE a.account = ${account} AND a.chain_id = c.chain_id AND a.kind IN (${ANY})
             AND ${counting.knowledge.live("a")} AND ${happened("a", counting.at)}
           ORDER BY a.contract, a.seq DESC) e
    JOIN LATERAL (${newest(STATUS_CHANGING, `b.block_time, ${status("b")} AS status`, "e", counting)}) s ON true`;

/**
 * Every change that stood of what registries say of accounts, in the order of each chain: kinds where the event states them,
 * the status where it changes it.
 * @param account SQL of what the account equals.
 */
export const issuerChangesBy = (account: string, { chains, live }: Knowledge): string => `
  SELECT a.account, a.chain_id, a.contract, a.block_time, ${status("a")} AS status,
         CASE WHEN a.kind IN (${STATING}) THEN get_byte(a.raw_data, 31) END AS kinds
    FROM event a JOIN ${chains} c ON c.chain_id = a.chain_id
   WHERE a.account = ${account} AND a.kind IN (${ANY}) AND ${live("a")}
   ORDER BY a.chain_id, a.seq`;

/**
 * All columns of `entity` that lists show.
 * @param account SQL of the one account that is wanted; all of them without.
 */
export const entitiesAsOf = (account: string | undefined, counting: Counting): string => `
  SELECT e.account, e.chain_id, e.contract, get_byte(d.raw_data, ${WORD - 1}) AS kinds,
         ${status("s")}::entity_status AS status, ${bytes(JURISDICTION, 2)} AS jurisdiction, ${bytes(LEI, 20)} AS lei,
         ${text(NAME)} AS name, ${text(number(URI_OFFSET))} AS uri,
         r.block_time AS registered_at, s.block_time AS status_since, e.sequence, s.reason, e.block_number, e.block_time
    FROM (SELECT DISTINCT ON (a.account, a.chain_id, a.contract) a.*
            FROM event a JOIN ${counting.knowledge.chains} c ON c.chain_id = a.chain_id
           WHERE a.kind IN (${ANY}) AND ${counting.knowledge.live("a")} AND ${happened("a", counting.at)}
             AND ${account === undefined ? "a.account IS NOT NULL" : `a.account = ${account}`}
           ORDER BY a.account, a.chain_id, a.contract, a.seq DESC) e
    JOIN ${counting.knowledge.chains} c ON c.chain_id = e.chain_id
    JOIN LATERAL (${newest(STATING, "b.raw_data", "e", counting)}) d ON true
    JOIN LATERAL (${newest(STATUS_CHANGING, "b.kind, b.reason, b.block_time", "e", counting)}) s ON true
    JOIN LATERAL (${newest("'ENTITY_REGISTERED'", "b.block_time", "e", counting)}) r ON true`;
