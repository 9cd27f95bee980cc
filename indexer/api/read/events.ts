import type { Address, Bytes32, CredentialRef } from "../../grants/bytes.ts";
import type { UnixTime } from "../../grants/record.ts";
import type { Database } from "../database.ts";
import { badCursor } from "../errors.ts";
import { decodeEventCursor, type EventKey, type EventPosition, encodeEventCursor, type GrantKey } from "../key.ts";
import type { Keyset, Window } from "../page.ts";
import { EVENT_COLUMNS, EVENT_TABLES, type EventFacts, type EventKind, type EventRow, toEvent } from "./event.ts";
import { addBounds, Conditions, type Ordering, orderBy } from "./keyset.ts";

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

export class EventList implements Keyset<EventPosition, EventFacts> {
  readonly #database: Database;
  readonly #filter: EventFilter;

  constructor(database: Database, filter: EventFilter) {
    this.#database = database;
    this.#filter = filter;
  }

  /** The history of one grant. */
  static ofGrant(database: Database, key: GrantKey): EventList {
    const { credential, grantee, purpose, contract, chainId } = key;
    return new EventList(database, { credential, grantee, purpose, contract, chain: chainId });
  }

  async read(window: Window<EventPosition>): Promise<EventFacts[]> {
    const conditions = this.#conditions();
    addBounds(conditions, ORDERING, {
      ...window,
      after: window.after && keyValues(window.after),
      before: window.before && keyValues(window.before),
    });
    const limit = conditions.value(window.limit);
    const rows = await this.#database.query<EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM ${EVENT_TABLES}
        WHERE ${conditions.where()} ORDER BY ${orderBy(ORDERING, window.backward)} LIMIT ${limit}`,
      conditions.values,
    );
    return rows.map(toEvent);
  }

  keyOf(row: EventFacts): EventPosition {
    return row;
  }

  encode(key: EventPosition): string {
    return encodeEventCursor(key);
  }

  #conditions(): Conditions {
    const conditions = new Conditions();
    const filter = this.#filter;
    for (const column of FILTERED) conditions.equal(`e.${column}`, filter[column]);
    conditions.equal("e.chain_id", filter.chain);
    if (filter.kind != null) conditions.add(`e.kind = ANY(${conditions.value(filter.kind)}::event_kind[])`);
    if (filter.retracted != null) conditions.add(`e.retracted_at IS ${filter.retracted ? "NOT " : ""}NULL`);
    if (filter.from != null) conditions.add(`e.block_time >= ${conditions.value(filter.from)}`);
    if (filter.to != null) conditions.add(`e.block_time < ${conditions.value(filter.to)}`);
    return conditions;
  }
}

/** One event, undefined when there is none. */
export async function readEvent(database: Database, key: EventKey): Promise<EventFacts | undefined> {
  const rows = await database.query<EventRow>(
    `SELECT ${EVENT_COLUMNS} FROM ${EVENT_TABLES} WHERE e.chain_id = $1 AND e.seq = $2`,
    [key.chainId, key.seq],
  );
  return rows.map(toEvent)[0];
}
