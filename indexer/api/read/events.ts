import type { Address, Bytes32, CredentialRef } from "../../grants/bytes.ts";
import type { UnixTime } from "../../grants/record.ts";
import type { ObservedChain } from "../../ops/health.ts";
import type { Database } from "../database.ts";
import { badCursor } from "../errors.ts";
import { decodeEventCursor, type EventKey, type EventPosition, encodeEventCursor, type GrantKey } from "../key.ts";
import { type Moment, nowOf, pin } from "../moment.ts";
import type { Keyset, Window } from "../page.ts";
import { CHAIN_COLUMNS, type ChainRow, toChain } from "./chain.ts";
import {
  EVENT_COLUMN_KINDS,
  type EventFacts,
  type EventKind,
  type EventRow,
  eventColumns,
  eventTables,
  toEvent,
} from "./event.ts";
import { addBounds, Conditions, limitOf, type Ordering, orderBy } from "./keyset.ts";
import { type Knowledge, NEWEST } from "./known.ts";
import { knowledgeOf, type Listed, type ListRow, listed, withChains } from "./listed.ts";
import { columnsOf, packed } from "./packed.ts";

/** The trail: every event, retracted ones included. */

export interface EventFilter {
  readonly credential?: CredentialRef | null | undefined;
  readonly holder?: Address | null | undefined;
  readonly grantee?: Address | null | undefined;
  readonly issuer?: Address | null | undefined;
  readonly grantor?: Address | null | undefined;
  readonly authority?: Address | null | undefined;
  readonly account?: Address | null | undefined;
  readonly operation?: Bytes32 | null | undefined;
  readonly contract?: Address | null | undefined;
  readonly purpose?: number | null | undefined;
  readonly chain?: bigint | null | undefined;
  readonly kind?: readonly EventKind[] | null | undefined;
  readonly retracted?: boolean | null | undefined;
  /** Block time, inclusive. */
  readonly from?: UnixTime | null | undefined;
  /** Block time, exclusive. */
  readonly to?: UnixTime | null | undefined;
}

/** Columns that a filter of the same name is compared with. */
const FILTERED = [
  ...(["credential", "holder", "grantee", "issuer", "grantor", "authority", "account", "operation"] as const),
  ...(["contract", "purpose"] as const),
];

const ORDERING: Ordering = [
  ["e.block_time", "bigint"],
  ["e.chain_id", "bigint"],
  ["e.seq", "bigint"],
];

export function decodeTrailCursor(cursor: string): EventPosition {
  const position = decodeEventCursor(cursor);
  if (position === undefined) throw badCursor("the cursor is not one of a list of events");
  return position;
}

const keyValues = (key: EventPosition): unknown[] => [key.blockTime, key.chainId, key.seq];

const PACKING = packed<EventRow & { chain_id: bigint }>({ chain_id: "bigint", ...EVENT_COLUMN_KINDS }, columnsOf("e"));

export class EventList implements Keyset<EventPosition, EventFacts> {
  readonly #database: Database;
  readonly #filter: EventFilter;
  readonly #moment: Moment;

  constructor(database: Database, filter: EventFilter, moment: Moment) {
    this.#database = database;
    this.#filter = filter;
    this.#moment = moment;
  }

  /** The history of one grant. */
  static ofGrant(database: Database, key: GrantKey, moment: Moment): EventList {
    const { credential, grantee, purpose, contract, chainId } = key;
    return new EventList(database, { credential, grantee, purpose, contract, chain: chainId }, moment);
  }

  async read(window: Window<EventPosition>): Promise<Listed<EventFacts>> {
    const now = nowOf(this.#moment);
    const conditions = new Conditions();
    const rows = await this.#database.query<ListRow>(this.#select(conditions, window), conditions.values);
    return listed(rows, PACKING, (row, chain) => toEvent(row, chain, now));
  }

  pinned(chains: readonly ObservedChain[]): EventList {
    return new EventList(this.#database, this.#filter, pin(this.#moment, chains));
  }

  keyOf(row: EventFacts): EventPosition {
    return row;
  }

  encode(key: EventPosition): string {
    return encodeEventCursor(key);
  }

  #select(conditions: Conditions, window: Window<EventPosition>): string {
    const knowledge = knowledgeOf(conditions, this.#moment);
    this.#restrict(conditions, knowledge);
    addBounds(conditions, ORDERING, {
      ...window,
      after: window.after && keyValues(window.after),
      before: window.before && keyValues(window.before),
    });
    const { chain } = this.#filter;
    return withChains({
      ...{ conditions, knowledge, window, alias: "e", ordering: ORDERING, chain },
      packing: PACKING,
      page: `
        SELECT e.chain_id, ${eventColumns(knowledge)} FROM ${eventTables(knowledge)}
         WHERE ${conditions.where()}
         ORDER BY ${orderBy(ORDERING, window.backward)} ${limitOf(window)}`,
    });
  }

  #restrict(conditions: Conditions, { learned, retractedAt }: Knowledge): void {
    const filter = this.#filter;
    const { at } = this.#moment;
    for (const column of FILTERED) conditions.equal(`e.${column}`, filter[column]);
    conditions.equal("e.chain_id", filter.chain);
    if (filter.kind != null) conditions.add(`e.kind = ANY(${conditions.value(filter.kind)}::event_kind[])`);
    if (filter.retracted != null) conditions.add(`(${retractedAt("e")}) IS ${filter.retracted ? "NOT " : ""}NULL`);
    if (filter.from != null) conditions.add(`e.block_time >= ${conditions.value(filter.from)}`);
    if (filter.to != null) conditions.add(`e.block_time < ${conditions.value(filter.to)}`);
    if (at !== undefined) conditions.add(`e.block_time <= ${conditions.value(at)}`);
    if (this.#moment.known !== undefined) conditions.add(learned("e"));
  }
}

/** One event, undefined when there is none. */
export const readEvent = async (
  database: Database,
  { chainId, seq }: EventKey,
  moment: Moment,
): Promise<EventFacts | undefined> => (await readEvents(database, chainId, [seq], moment))[0];

/** Those of these events of a chain that there are. @param reached a snapshot whose feed does not go so far is asked again. */
export async function readEvents(
  database: Database,
  chainId: bigint,
  seqs: readonly bigint[],
  moment: Moment,
  reached?: string,
): Promise<readonly EventFacts[]> {
  if (seqs.length === 0) return [];
  const known = reached === undefined ? "" : "AND feed_reaches($1, $3::timestamptz)";
  const rows = await database.query<ChainRow & EventRow>(
    `SELECT ${CHAIN_COLUMNS}, ${eventColumns(NEWEST)} FROM ${eventTables(NEWEST)} WHERE e.chain_id = $1 AND e.seq = ANY ($2::bigint[]) ${known}`,
    [chainId, seqs, ...(reached === undefined ? [] : [reached])],
  );
  return rows.map((row) => toEvent(row, toChain(row), nowOf(moment)));
}
