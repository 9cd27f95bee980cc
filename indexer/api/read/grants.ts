import type { Address, CredentialRef } from "../../grants/bytes.ts";
import type { Purpose } from "../../grants/ids.ts";
import type { GrantState } from "../../grants/rule.ts";
import type { ObservedChain } from "../../ops/health.ts";
import type { Database } from "../database.ts";
import { badCursor } from "../errors.ts";
import { decodeGrantKey, encodeGrantKey, type GrantKey } from "../key.ts";
import { type Moment, pin } from "../moment.ts";
import type { Keyset, Window } from "../page.ts";
import { GRANT_COLUMNS, GRANT_KINDS, type GrantAt, type GrantRow, STATE_COLUMNS, toGrant } from "./grant.ts";
import { grantsOfTrail } from "./grantRelation.ts";
import { addBounds, Conditions, limitOf, type Ordering, orderBy } from "./keyset.ts";
import {
  isPresent,
  knowledgeOf,
  type Listed,
  type ListRow,
  listed,
  lookedAtOf,
  readList,
  withChains,
} from "./listed.ts";
import { columnsOf, packed } from "./packed.ts";

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

const ORDERING: Ordering = [
  ["g.credential", "bytea"],
  ["g.grantee", "bytea"],
  ["g.purpose", "integer"],
  ["g.chain_id", "bigint"],
  ["g.contract", "bytea"],
];

const PACKING = packed<GrantRow & { chain_id: bigint; looked_at: bigint }>(
  { chain_id: "bigint", looked_at: "bigint", ...GRANT_KINDS },
  columnsOf("g"),
);

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

  async read(window: Window<GrantKey>): Promise<Listed<GrantAt>> {
    const conditions = new Conditions();
    for (const column of ["credential", "grantee", "holder", "issuer", "contract", "purpose"] as const)
      conditions.equal(`g.${column}`, this.#filter[column]);
    conditions.equal("g.chain_id", this.#filter.chain);
    addBounds(conditions, ORDERING, {
      ...window,
      after: window.after && keyValues(window.after),
      before: window.before && keyValues(window.before),
    });
    const moment = this.#moment;
    const text = this.#select(conditions, window);
    const rows = await readList<ListRow>(this.#database, moment, text, conditions.values);
    return listed(rows, PACKING, (row, chain) => {
      return { grant: toGrant(chain.chainId, row), chain, at: row.looked_at, moment };
    });
  }

  pinned(chains: readonly ObservedChain[]): GrantList {
    return new GrantList(this.#database, this.#filter, pin(this.#moment, chains));
  }

  keyOf(row: GrantAt): GrantKey {
    return row.grant;
  }

  encode(key: GrantKey): string {
    return encodeGrantKey("grantCursor", key);
  }

  #select(conditions: Conditions, window: Window<GrantKey>): string {
    const { at } = this.#moment;
    const knowledge = knowledgeOf(conditions, this.#moment);
    const order = orderBy(ORDERING, window.backward);
    const lookedAt = lookedAtOf(conditions, this.#moment);
    const { state } = this.#filter;
    // What nothing but cancelled signatures is known of was never granted.
    const rest = ["g.granted_at > 0"];
    if (state != null)
      rest.push(`grant_state(${STATE_COLUMNS}, ${lookedAt}) = ANY(${conditions.value(state)}::text[])`);
    if (this.#filter.grantor != null) rest.push(`g.grantor = ${conditions.value(this.#filter.grantor)}`);
    const from = (grants: string, where: readonly string[]): string =>
      withChains({
        ...{ conditions, knowledge, window, alias: "g", ordering: ORDERING, chain: this.#filter.chain },
        packing: PACKING,
        page: `
        SELECT ${lookedAt} AS looked_at, g.chain_id, ${GRANT_COLUMNS}
          FROM ${grants} g JOIN ${knowledge.chains} c ON c.chain_id = g.chain_id
         WHERE ${where.join(" AND ")}
         ORDER BY ${order} ${limitOf(window)}`,
      });
    if (isPresent(this.#moment)) return from("access_grant", [conditions.where(), ...rest]);
    // The filters name only what is the same in every event of a grant, so they may come before the newest is chosen;
    // the state may not, nor who granted it.
    const until = at === undefined ? undefined : lookedAt;
    return from(grantsOfTrail(conditions.where(), order, until, knowledge), rest);
  }
}

/** One grant, if there is one (or was one yet), and its chain. */
export function readGrant(database: Database, key: GrantKey, moment: Moment): Promise<Listed<GrantAt>> {
  const { credential, grantee, purpose, contract, chainId } = key;
  const list = new GrantList(database, { credential, grantee, purpose, contract, chain: chainId }, moment);
  return list.read({ limit: 1, backward: false, inclusive: false });
}
