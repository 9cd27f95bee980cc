import type { Address, Bytes32, CredentialRef } from "../../grants/bytes.ts";
import { toCredentialRef } from "../../grants/bytes.ts";
import type { CredentialStatus } from "../../grants/credentialStatus.ts";
import type { UnixTime } from "../../grants/record.ts";
import type { Database } from "../database.ts";
import { badCursor } from "../errors.ts";
import { type CredentialKey, decodeCredentialKey, encodeCredentialKey } from "../key.ts";
import type { Keyset, Window } from "../page.ts";
import { CHAIN_COLUMNS, type ChainRow, toChain } from "./chain.ts";
import { asOf, CREDENTIAL_COLUMNS, type CredentialAt, type CredentialRow, toCredential } from "./credential.ts";
import type { Moment } from "./grants.ts";
import { addBounds, Conditions, type Ordering, orderBy } from "./keyset.ts";

/** Lists of credentials, each once for every registry that knows it. */

export interface CredentialFilter {
  readonly credential?: CredentialRef | null | undefined;
  readonly holder?: Address | null | undefined;
  readonly issuer?: Address | null | undefined;
  readonly type?: Bytes32 | null | undefined;
  readonly replaces?: Bytes32 | null | undefined;
  readonly contract?: Address | null | undefined;
  readonly chain?: bigint | null | undefined;
  readonly status?: readonly CredentialStatus[] | null | undefined;
}

const ORDERING: Ordering = [
  ["k.credential", "bytea"],
  ["k.chain_id", "bigint"],
  ["k.contract", "bytea"],
];

type Row = ChainRow & CredentialRow & { looked_at: bigint };

const toCredentialAt = (row: Row): CredentialAt => ({
  facts: asOf(toCredential(row.c_chain_id, row), row.looked_at),
  chain: toChain(row),
  at: row.looked_at,
});

const keyValues = (key: CredentialKey): unknown[] => [key.credential, key.chainId, key.contract];

export function decodeCredentialCursor(cursor: string): CredentialKey {
  const key = decodeCredentialKey("credentialCursor", cursor);
  if (key === undefined) throw badCursor("the cursor is not one of a list of credentials");
  return key;
}

/** The first thing that was said about it: anchored or ended, whichever came first. */
const FIRST_SAID = `LEAST(NULLIF(k.anchored_at, 0), NULLIF(k.revoked_at, 0), NULLIF(k.withdrawn_at, 0),
                          NULLIF(k.superseded_at, 0))`;

const STATUS_COLUMNS = `k.anchored_at, k.valid_from, k.valid_until, k.revoked_at, k.withdrawn_at, k.superseded_at`;

export class CredentialList implements Keyset<CredentialKey, CredentialAt> {
  readonly #database: Database;
  readonly #filter: CredentialFilter;
  readonly #moment: Moment;

  constructor(database: Database, filter: CredentialFilter, moment: Moment) {
    this.#database = database;
    this.#filter = filter;
    this.#moment = moment;
  }

  async read(window: Window<CredentialKey>): Promise<CredentialAt[]> {
    const conditions = new Conditions();
    const filter = this.#filter;
    for (const column of ["credential", "holder", "issuer", "contract", "replaces"] as const)
      conditions.equal(`k.${column}`, filter[column]);
    conditions.equal("k.credential_type", filter.type);
    conditions.equal("k.chain_id", filter.chain);
    addBounds(conditions, ORDERING, {
      ...window,
      after: window.after && keyValues(window.after),
      before: window.before && keyValues(window.before),
    });
    const { now, at } = this.#moment;
    const lookedAt =
      at === undefined
        ? `GREATEST(${conditions.value(now)}::bigint, c.indexed_time)`
        : `${conditions.value(at)}::bigint`;
    if (at !== undefined) conditions.add(`${FIRST_SAID} <= ${lookedAt}`);
    if (filter.status != null)
      conditions.add(
        `credential_status(${STATUS_COLUMNS}, ${lookedAt}) = ANY(${conditions.value(filter.status)}::text[])`,
      );
    const limit = conditions.value(window.limit);
    const rows = await this.#database.query<Row>(
      `SELECT ${CHAIN_COLUMNS}, ${lookedAt} AS looked_at, ${CREDENTIAL_COLUMNS}
         FROM credential k JOIN chain c ON c.chain_id = k.chain_id
        WHERE ${conditions.where()} ORDER BY ${orderBy(ORDERING, window.backward)} LIMIT ${limit}`,
      conditions.values,
    );
    return rows.map(toCredentialAt);
  }

  keyOf(row: CredentialAt): CredentialKey {
    return row.facts;
  }

  encode(key: CredentialKey): string {
    return encodeCredentialKey("credentialCursor", key);
  }
}

/** What one registry knows of a credential, undefined when nothing (or nothing yet). */
export async function readCredential(
  database: Database,
  { credential, chainId, contract }: CredentialKey,
  moment: Moment,
): Promise<CredentialAt | undefined> {
  const list = new CredentialList(database, { credential, contract, chain: chainId }, moment);
  return (await list.read({ limit: 1, backward: false, inclusive: false }))[0];
}

/** A credential and what it was replaced by, one after the other. */
export interface Versions {
  /** From the one asked about to the newest known. */
  readonly credentials: readonly CredentialRef[];
  /** False when there are more than were followed, or when they lead back to themselves. */
  readonly complete: boolean;
}

const MAX_VERSIONS = 100;

/** The successor that the earliest of the registries named, by `at`. */
const successor = (credential: string): string => `
  (SELECT k.superseded_by FROM credential k
    WHERE k.credential = ${credential} AND k.superseded_by IS NOT NULL AND k.superseded_at <= $2
      AND ($3::bigint IS NULL OR k.chain_id = $3)
    ORDER BY k.superseded_at, k.chain_id, k.contract LIMIT 1)`;

const VERSIONS = {
  name: "versions",
  text: `
    WITH RECURSIVE version AS (
      SELECT $1::bytea AS credential, ${successor("$1::bytea")} AS successor, 1 AS place, ARRAY[$1::bytea] AS seen
      UNION ALL
      SELECT v.successor, ${successor("v.successor")}, v.place + 1, v.seen || v.successor
        FROM version v
       WHERE v.successor <> ALL(v.seen) AND v.place < ${MAX_VERSIONS})
    SELECT credential, successor FROM version ORDER BY place`,
};

/** Follows who replaced whom, a bounded number of steps. */
export async function readVersions(
  database: Database,
  question: { credential: CredentialRef; at: UnixTime; chain: bigint | undefined },
): Promise<Versions> {
  const { credential, at, chain } = question;
  const rows = await database.prepared<{ credential: Buffer; successor: Buffer | null }>(VERSIONS, [
    credential,
    at,
    chain ?? null,
  ]);
  return {
    credentials: rows.map((row) => toCredentialRef(row.credential)),
    complete: rows.at(-1)?.successor === null,
  };
}
