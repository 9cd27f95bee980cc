import { type Address, toAddress } from "../../grants/bytes.ts";
import type { UnixTime } from "../../grants/record.ts";
import type { ApiRole } from "../../ledger/keys/keyTable.ts";
import { parseSeen, type SeenChain } from "../access/seenChains.ts";
import type { Database } from "../database.ts";
import { badCursor } from "../errors.ts";
import { decodeQueryLogCursor, encodeQueryLogCursor } from "../key.ts";
import type { Keyset, Window } from "../page.ts";
import { addBounds, Conditions, type Ordering, orderBy } from "./keyset.ts";
import type { Listed } from "./listed.ts";

/** What was asked with keys. Rows only come, at the end: a page of the past is the same for ever. */

export interface LoggedQuery {
  readonly seq: bigint;
  readonly askedAtMicros: bigint;
  readonly keyId: number;
  readonly keyName: string;
  readonly role: ApiRole;
  readonly account: Address | null;
  readonly request: string;
  readonly body: Buffer | null;
  readonly status: number | null;
  readonly seen: readonly SeenChain[];
}

export interface QueryLogFilter {
  readonly key?: number | null | undefined;
  readonly role?: ApiRole | null | undefined;
  readonly account?: Address | null | undefined;
  /** When it was asked, inclusive. */
  readonly from?: UnixTime | null | undefined;
  /** Exclusive. */
  readonly to?: UnixTime | null | undefined;
}

interface Row {
  seq: bigint;
  asked_us: bigint;
  key_id: number;
  name: string;
  role: ApiRole;
  account: Buffer | null;
  request: string;
  body: Buffer | null;
  status: number | null;
  seen: [string, string | null, string][];
}

const ORDERING: Ordering = [["q.seq", "bigint"]];

export function parseQueryLogCursor(cursor: string): bigint {
  const seq = decodeQueryLogCursor(cursor);
  if (seq === undefined) throw badCursor("the cursor is not one of the log of queries");
  return seq;
}

export class QueryLogList implements Keyset<bigint, LoggedQuery> {
  readonly #database: Database;
  readonly #filter: QueryLogFilter;

  constructor(database: Database, filter: QueryLogFilter) {
    this.#database = database;
    this.#filter = filter;
  }

  async read(window: Window<bigint>): Promise<Listed<LoggedQuery>> {
    const conditions = new Conditions();
    const { key, role, account, from, to } = this.#filter;
    conditions.equal("q.key_id", key);
    conditions.equal("k.role::text", role);
    conditions.equal("k.account", account);
    if (from != null) conditions.add(`q.asked_at >= to_timestamp(${conditions.value(from)}::bigint)`);
    if (to != null) conditions.add(`q.asked_at < to_timestamp(${conditions.value(to)}::bigint)`);
    const keys = (seq: bigint | undefined) => (seq === undefined ? undefined : [seq]);
    addBounds(conditions, ORDERING, { ...window, after: keys(window.after), before: keys(window.before) });
    const rows = await this.#database.query<Row>(
      `SELECT q.seq, (extract(epoch FROM q.asked_at) * 1000000)::bigint AS asked_us, q.key_id, k.name, k.role::text,
              k.account, q.request, q.body, q.status, q.seen
         FROM query_log q JOIN api_key k ON k.id = q.key_id
        WHERE ${conditions.where()}
        ORDER BY ${orderBy(ORDERING, window.backward)} LIMIT ${conditions.value(window.limit)}`,
      conditions.values,
    );
    return { items: rows.map(toLogged), chains: [] };
  }

  pinned(): QueryLogList {
    return this;
  }

  keyOf({ seq }: LoggedQuery): bigint {
    return seq;
  }

  encode(seq: bigint): string {
    return encodeQueryLogCursor(seq);
  }
}

const toLogged = (row: Row): LoggedQuery => ({
  seq: row.seq,
  askedAtMicros: row.asked_us,
  keyId: row.key_id,
  keyName: row.name,
  role: row.role,
  account: row.account === null ? null : toAddress(row.account),
  request: row.request,
  body: row.body,
  status: row.status,
  seen: parseSeen(row.seen),
});
