import type { Address, CredentialRef } from "../../grants/bytes.ts";
import type { Purpose } from "../../grants/ids.ts";
import type { UnixTime } from "../../grants/record.ts";
import type { GrantState } from "../../grants/rule.ts";
import type { Database } from "../database.ts";
import { badCursor } from "../errors.ts";
import { decodeGrantKey, encodeGrantKey, type GrantKey } from "../key.ts";
import type { Keyset, Window } from "../page.ts";
import { CHAIN_COLUMNS, type ChainRow, toChain } from "./chain.ts";
import { GRANT_COLUMNS, type GrantAt, type GrantRow, grantKey, grantsAsOf, STATE_COLUMNS, toGrant } from "./grant.ts";
import { addBounds, Conditions, type Ordering, orderBy } from "./keyset.ts";

/** Lists of grants: now, from `access_grant`, or at an earlier time, from the trail. */

export interface GrantFilter {
  readonly credential?: CredentialRef | null | undefined;
  readonly grantee?: Address | null | undefined;
  readonly holder?: Address | null | undefined;
  readonly issuer?: Address | null | undefined;
  /** Who granted it onward. */
  readonly grantor?: Address | null | undefined;
  readonly contract?: Address | null | undefined;
  readonly purpose?: Purpose | null | undefined;
  readonly chain?: bigint | null | undefined;
  readonly state?: readonly GrantState[] | null | undefined;
}

/** The moment of the list. */
export interface Moment {
  /** The clock, unix seconds. */
  readonly now: UnixTime;
  /** An earlier moment that is asked about instead. */
  readonly at: UnixTime | undefined;
}

const ORDERING: Ordering = [
  ["g.credential", "bytea"],
  ["g.grantee", "bytea"],
  ["g.purpose", "integer"],
  ["g.chain_id", "bigint"],
  ["g.contract", "bytea"],
];

type Row = ChainRow & GrantRow & { looked_at: bigint };

const toGrantAt = (row: Row, past: boolean): GrantAt => ({
  grant: toGrant(row.c_chain_id, row),
  chain: toChain(row),
  at: row.looked_at,
  past,
});

const keyValues = (key: GrantKey): unknown[] => [key.credential, key.grantee, key.purpose, key.chainId, key.contract];

export function decodeGrantCursor(cursor: string): GrantKey {
  const key = decodeGrantKey("grantCursor", cursor);
  if (key === undefined) throw badCursor("the cursor is not one of a list of grants");
  return key;
}

export class GrantList implements Keyset<GrantKey, GrantAt> {
  readonly #database: Database;
  readonly #filter: GrantFilter;
  readonly #moment: Moment;

  constructor(database: Database, filter: GrantFilter, moment: Moment) {
    this.#database = database;
    this.#filter = filter;
    this.#moment = moment;
  }

  async read(window: Window<GrantKey>): Promise<GrantAt[]> {
    const conditions = new Conditions();
    for (const column of ["credential", "grantee", "holder", "issuer", "contract", "purpose"] as const)
      conditions.equal(`g.${column}`, this.#filter[column]);
    conditions.equal("g.chain_id", this.#filter.chain);
    addBounds(conditions, ORDERING, {
      ...window,
      after: window.after && keyValues(window.after),
      before: window.before && keyValues(window.before),
    });
    const rows = await this.#database.query<Row>(this.#select(conditions, window), conditions.values);
    return rows.map((row) => toGrantAt(row, this.#moment.at !== undefined));
  }

  keyOf(row: GrantAt): GrantKey {
    return row.grant;
  }

  encode(key: GrantKey): string {
    return encodeGrantKey("grantCursor", key);
  }

  #select(conditions: Conditions, window: Window<GrantKey>): string {
    const { now, at } = this.#moment;
    const order = orderBy(ORDERING, window.backward);
    const lookedAt =
      at === undefined
        ? `GREATEST(${conditions.value(now)}::bigint, c.indexed_time)`
        : `${conditions.value(at)}::bigint`;
    const limit = conditions.value(window.limit);
    const { state } = this.#filter;
    // What nothing but cancelled signatures is known of was never granted.
    const rest = ["g.granted_at > 0"];
    if (state != null)
      rest.push(`grant_state(${STATE_COLUMNS}, ${lookedAt}) = ANY(${conditions.value(state)}::text[])`);
    if (this.#filter.grantor != null) rest.push(`g.grantor = ${conditions.value(this.#filter.grantor)}`);
    if (at === undefined)
      return `
        SELECT ${CHAIN_COLUMNS}, ${lookedAt} AS looked_at, ${GRANT_COLUMNS}
          FROM access_grant g JOIN chain c ON c.chain_id = g.chain_id
         WHERE ${[conditions.where(), ...rest].join(" AND ")}
         ORDER BY ${order} LIMIT ${limit}`;
    // The filters name only what is the same in every event of a grant, so they may come before the newest is chosen;
    // the state may not, nor who granted it.
    const newest = `
      SELECT DISTINCT ON (${grantKey("g")}) g.* FROM event g
       WHERE ${conditions.where()} AND g.retracted_at IS NULL AND g.purpose IS NOT NULL AND g.block_time <= ${lookedAt}
       ORDER BY ${order}, g.seq DESC`;
    return `
      SELECT ${CHAIN_COLUMNS}, ${lookedAt} AS looked_at, ${GRANT_COLUMNS}
        FROM (${grantsAsOf(newest, lookedAt)}) g
        JOIN chain c ON c.chain_id = g.chain_id
       WHERE ${rest.join(" AND ")}
       ORDER BY ${order} LIMIT ${limit}`;
  }
}

/** One grant, undefined when there is none (or was none yet). */
export async function readGrant(database: Database, key: GrantKey, moment: Moment): Promise<GrantAt | undefined> {
  const { credential, grantee, purpose, contract, chainId } = key;
  const list = new GrantList(database, { credential, grantee, purpose, contract, chain: chainId }, moment);
  return (await list.read({ limit: 1, backward: false, inclusive: false }))[0];
}
