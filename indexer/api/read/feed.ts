import { type Address, type CredentialRef, toAddress, toCredentialRef } from "../../grants/bytes.ts";
import type { Purpose } from "../../grants/ids.ts";
import type { UnixTime } from "../../grants/record.ts";
import { timestamptz } from "../../ledger/cursor.ts";
import { BugError } from "../../ops/errors.ts";
import type { Database } from "../database.ts";
import { rfc3339 } from "../knownAt.ts";
import type { Moment } from "../moment.ts";
import { endOf, isAfter, isAfterEvent, type Position } from "../watch/position.ts";
import type { EventFacts } from "./event.ts";
import { readEvents } from "./events.ts";
import type { Horizon } from "./horizon.ts";
import { Conditions } from "./keyset.ts";

/** The feed of one chain: what was learned and what was unlearned, in the order of our knowledge (docs/WATCHING.md). */

export interface FeedFilter {
  readonly credential?: CredentialRef | null | undefined;
  readonly holder?: Address | null | undefined;
  readonly grantee?: Address | null | undefined;
}

export const TRANSITION_KINDS = ["BECAME_ACTIVE", "ENDED_ACTIVE", "ENDED"] as const;
export type TransitionKind = (typeof TRANSITION_KINDS)[number];

export interface TransitionFacts {
  readonly chainId: bigint;
  readonly kind: TransitionKind;
  readonly at: UnixTime;
  readonly credential: CredentialRef;
  readonly holder: Address;
  readonly grantee: Address;
  readonly purpose: Purpose;
  readonly contract: Address;
  readonly causeSeq: bigint;
}

export const FEED_ITEM_KINDS = ["EVENT", "EVENT_RETRACTED", "TRANSITION", "TRANSITION_RETRACTED"] as const;
export type FeedItemKind = (typeof FEED_ITEM_KINDS)[number];

export interface FeedItem {
  readonly chainId: bigint;
  readonly what: FeedItemKind;
  readonly position: Position;
  /** RFC 3339 with microseconds: when we learned it, or unlearned it. */
  readonly knownAt: string;
  /** As it is known now. */
  readonly event: EventFacts | undefined;
  readonly transition: TransitionFacts | undefined;
}

export interface FeedPage {
  readonly items: readonly FeedItem[];
  /** Everything up to here is on this page or before it. */
  readonly position: Position;
}

/** So many events a page looks through at most, whatever it finds in them: a feed of little takes more pages, not longer ones. */
const WINDOW = 10_000n;

interface FeedRow {
  moment: bigint;
  a: bigint;
  b: number;
  what: FeedItemKind;
  seq: bigint;
  kind: TransitionKind | null;
  at: bigint | null;
  credential: Buffer | null;
  holder: Buffer | null;
  grantee: Buffer | null;
  purpose: number | null;
  contract: Buffer | null;
}

/** What is after `after` and within the horizon, `limit` items at most. */
export async function readFeed(
  database: Database,
  filter: FeedFilter,
  { chainId, reached }: Horizon,
  after: Position,
  limit: number,
  moment: Moment,
): Promise<FeedPage> {
  if (reached === undefined) return { items: [], position: after };
  // Whatever copy of the ledger a statement is sent to, it has to know all that the horizon promises.
  const known = timestamptz(reached.moment);
  const lower = isAfterEvent(after) ? after.seq : await seqBy(database, chainId, after.moment, known);
  let upper = reached.lastSeq;
  let bound = endOf(reached.moment);
  if (upper - lower > WINDOW) {
    upper = lower + WINDOW;
    bound = { moment: await learnedAt(database, chainId, upper, known), seq: upper, ordinal: 0 };
    // Of a ledger that is older than its knowledge: what was known by then cannot be told by numbers.
    if (!isAfter(bound, after)) [upper, bound] = [reached.lastSeq, endOf(reached.moment)];
  }
  const conditions = new Conditions();
  const text = feedSql(conditions, filter, { chainId, lower, upper, after, bound, limit, known });
  const rows = await database.query<FeedRow>(text, conditions.values);
  const seqs = rows.filter(({ kind }) => kind === null).map(({ seq }) => seq);
  const events = new Map((await readEvents(database, chainId, seqs, moment, known)).map((event) => [event.seq, event]));
  const items = rows.map((row) => toItem(chainId, row, events));
  const last = items.at(-1);
  return { items, position: items.length === limit && last !== undefined ? last.position : bound };
}

/** `seq` of the newest event that was known by a moment. */
async function seqBy(database: Database, chainId: bigint, moment: bigint, known: string): Promise<bigint> {
  const rows = await database.query<{ last_seq: bigint }>(
    `SELECT last_seq FROM knowledge WHERE chain_id = $1 AND since <= $2::timestamptz AND feed_reaches($1, $3::timestamptz)
      ORDER BY since DESC LIMIT 1`,
    [chainId, timestamptz(moment), known],
  );
  return rows[0]?.last_seq ?? 0n;
}

async function learnedAt(database: Database, chainId: bigint, seq: bigint, known: string): Promise<bigint> {
  const rows = await database.query<{ learned_us: bigint }>(
    `SELECT ${micros("learned_at")} AS learned_us FROM event WHERE chain_id = $1 AND seq = $2 AND feed_reaches($1, $3::timestamptz)`,
    [chainId, seq, known],
  );
  const [row] = rows;
  if (row === undefined) throw new BugError(`chain ${chainId} has no event ${seq}, and later ones`);
  return row.learned_us;
}

const micros = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::bigint`;

interface Range {
  readonly chainId: bigint;
  readonly lower: bigint;
  readonly upper: bigint;
  readonly after: Position;
  readonly bound: Position;
  readonly limit: number;
  readonly known: string;
}

/** The four lists, each in the order of the whole and from an index, merged. */
function feedSql(conditions: Conditions, filter: FeedFilter, range: Range): string {
  const place = ({ moment, seq, ordinal }: Position): string =>
    `(${conditions.value(timestamptz(moment))}::timestamptz, ${conditions.value(seq)}::bigint, ${conditions.value(ordinal)}::integer)`;
  const [chain, limit] = [conditions.value(range.chainId), conditions.value(range.limit)];
  const [after, bound] = [place(range.after), place(range.bound)];
  const since = `${conditions.value(timestamptz(range.after.moment))}::timestamptz`;
  const until = `${conditions.value(timestamptz(range.bound.moment))}::timestamptz`;
  const about = (["credential", "holder", "grantee"] as const)
    .filter((column) => filter[column] != null)
    .map((column) => ` AND t.${column} = ${conditions.value(filter[column])}`)
    .join("");
  const within = (key: string): string =>
    `t.chain_id = ${chain} AND (${key}) > ${after} AND (${key}) <= ${bound}${about}`;
  const event =
    "t.seq, NULL::text AS kind, NULL::bigint AS at, NULL::bytea AS credential, NULL::bytea AS holder, NULL::bytea AS grantee, NULL::integer AS purpose, NULL::bytea AS contract";
  const transition = "t.cause_seq AS seq, t.kind::text, t.at, t.credential, t.holder, t.grantee, t.purpose, t.contract";
  return `
    SELECT ${micros("f.moment")} AS moment, f.a, f.b, f.what, f.seq, f.kind, f.at, f.credential, f.holder, f.grantee, f.purpose, f.contract
      FROM (
        (SELECT t.learned_at AS moment, t.seq AS a, 0 AS b, 'EVENT' AS what, ${event} FROM event t
          WHERE ${within("t.learned_at, t.seq, 0")} AND t.seq > ${conditions.value(range.lower)}
            AND t.seq <= ${conditions.value(range.upper)}
          ORDER BY t.seq LIMIT ${limit})
        UNION ALL
        (SELECT t.retracted_at, -t.seq, 0, 'EVENT_RETRACTED', ${event} FROM event t
          WHERE ${within("t.retracted_at, -t.seq, 0")} AND t.retracted_at >= ${since} AND t.retracted_at <= ${until}
          ORDER BY t.retracted_at, t.seq DESC LIMIT ${limit})
        UNION ALL
        (SELECT t.known_at, t.after_seq, t.ordinal, 'TRANSITION', ${transition} FROM transition t
          WHERE ${within("t.known_at, t.after_seq, t.ordinal")}
          ORDER BY t.known_at, t.after_seq, t.ordinal LIMIT ${limit})
        UNION ALL
        (SELECT t.retracted_at, -t.after_seq, -t.ordinal, 'TRANSITION_RETRACTED', ${transition} FROM transition t
          WHERE ${within("t.retracted_at, -t.after_seq, -t.ordinal")} AND t.retracted_at >= ${since} AND t.retracted_at <= ${until}
          ORDER BY t.retracted_at, t.after_seq DESC, t.ordinal DESC LIMIT ${limit})
      ) f
     WHERE feed_reaches(${chain}, ${conditions.value(range.known)}::timestamptz)
     ORDER BY f.moment, f.a, f.b LIMIT ${limit}`;
}

function toItem(chainId: bigint, row: FeedRow, events: ReadonlyMap<bigint, EventFacts>): FeedItem {
  const position = { moment: row.moment, seq: row.a, ordinal: row.b };
  return {
    ...{ chainId, what: row.what, position, knownAt: rfc3339(row.moment) },
    event: row.kind === null ? events.get(row.seq) : undefined,
    transition: toTransition(chainId, row),
  };
}

function toTransition(chainId: bigint, row: FeedRow): TransitionFacts | undefined {
  const { kind, at, credential, holder, grantee, purpose, contract } = row;
  if (kind === null || at === null || purpose === null) return undefined;
  if (credential === null || holder === null || grantee === null || contract === null) return undefined;
  return {
    ...{ chainId, kind, at, purpose, causeSeq: row.seq },
    credential: toCredentialRef(credential),
    holder: toAddress(holder),
    grantee: toAddress(grantee),
    contract: toAddress(contract),
  };
}
