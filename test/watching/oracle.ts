import type pg from "pg";
import { FLAG_GRANTED_ONWARD, FLAG_HELD, type GrantRecord } from "../../indexer/grants/record.ts";
import { activeEnd, type GrantState, NEVER, stateAt } from "../../indexer/grants/rule.ts";

/**
 * What a feed has to say, worked out second by second from the whole trail: after each write the live events are replayed
 * from the beginning. Knows nothing of how the ledger or the API do it; slow, and simple enough to be right.
 */

export interface TrailEvent {
  readonly seq: bigint;
  readonly blockTime: bigint;
  readonly kind: string;
  /** Undefined of what is about no grant. */
  readonly grant: string | undefined;
  /** The grant of the grantor, of GRANTED_ONWARD. */
  readonly parent: string | undefined;
  readonly parentGrantedAt: bigint;
  readonly holdUntil: bigint | undefined;
  readonly record: GrantRecord;
  readonly learnedAt: string;
  readonly retractedAt: string | undefined;
  readonly credential: string | undefined;
  readonly holder: string | undefined;
  readonly grantee: string | undefined;
}

export interface Write {
  readonly since: string;
  readonly time: bigint | undefined;
  readonly lastSeq: bigint;
}

/** Something that a feed says. */
export interface Said {
  readonly chain: bigint;
  readonly moment: string;
  readonly what: "EVENT" | "EVENT_RETRACTED" | "TRANSITION" | "TRANSITION_RETRACTED";
  /** Of the event, or of what made the transition. */
  readonly seq: bigint;
  readonly kind: string;
  readonly at: bigint;
  readonly about: Pick<TrailEvent, "grant" | "credential" | "holder" | "grantee">;
}

/** An item without its moment, as a line. */
export const line = ({ chain, what, seq, kind, at, about }: Said): string =>
  [chain, what, seq, kind, at, about.grant ?? ""].join(" ");

interface Turn {
  readonly kind: string;
  readonly at: bigint;
  readonly cause: TrailEvent;
  readonly of: TrailEvent;
  readonly afterSeq: bigint;
}

/** Everything that changed by itself up to `time`, if these events are all there is. */
function replay(events: readonly TrailEvent[], time: bigint): Turn[] {
  const turns: Turn[] = [];
  const newest = new Map<string, TrailEvent>();
  const holds = new Map<string, bigint>();
  const origins = new Map<string, TrailEvent>();
  const periods = new Map<string, GrantRecord>();
  const states = new Map<string, GrantState>();
  const stateOf = (grant: string, t: bigint): GrantState => {
    const event = newest.get(grant);
    if (event === undefined) return "NONE";
    const { record } = event;
    const origin = (record.flags & FLAG_GRANTED_ONWARD) === 0 ? undefined : origins.get(grant);
    const parent = origin && periods.get(`${origin.parent} ${origin.parentGrantedAt}`);
    return stateAt(record, t, {
      parentEnd: parent === undefined ? NEVER : activeEnd(parent),
      holdUntil: (record.flags & FLAG_HELD) === 0 ? 0n : (holds.get(grant) ?? 0n),
    });
  };
  const look = (t: bigint, afterSeq: bigint, by?: TrailEvent): void => {
    for (const grant of [...newest.keys()].sort()) {
      if (by?.grant === grant) continue;
      const of = newest.get(grant) as TrailEvent;
      const [before, now] = [states.get(grant), stateOf(grant, t)];
      states.set(grant, now);
      const say = (kind: string): void => void turns.push({ kind, at: t, cause: by ?? of, of, afterSeq });
      if (before === now) continue;
      if (now === "ACTIVE") say("BECAME_ACTIVE");
      if (now === "RETAINED" || (now === "ENDED" && before === "ACTIVE")) say("ENDED_ACTIVE");
      if (now === "ENDED") say("ENDED");
    }
  };
  let at = 0;
  let seq = 0n;
  for (let t = events[0]?.blockTime ?? time; t <= time; t++) {
    look(t, seq);
    for (let event = events[at]; event !== undefined && event.blockTime === t; event = events[++at]) {
      ({ seq } = event);
      if (event.grant === undefined) continue;
      newest.set(event.grant, event);
      if (event.holdUntil !== undefined) holds.set(event.grant, event.holdUntil);
      if (event.parent !== undefined) origins.set(event.grant, event);
      periods.set(`${event.grant} ${event.record.grantedAt}`, event.record);
      states.set(event.grant, stateOf(event.grant, t));
      look(t, seq, event);
    }
  }
  if (at !== events.length) throw new Error("an event is later than the newest block");
  return turns;
}

const nameOf = ({ kind, at, cause, of }: Turn): string => [kind, at, cause.seq, of.grant].join(" ");

/** The whole feed of one chain. */
function expectedFeed(chain: bigint, trail: readonly TrailEvent[], writes: readonly Write[]): Said[] {
  const feed: Said[] = [];
  /** Where in the feed each thing was said that is true. */
  let turned = new Map<string, number>();
  const happened = new Map<bigint, number>();
  let known = 0n;
  for (const { since, time, lastSeq } of writes) {
    const stood = trail.filter(
      (event) => event.seq <= lastSeq && (event.retractedAt === undefined || event.retractedAt > since),
    );
    const turns = time === undefined ? [] : replay(stood, time);
    const now = new Set(turns.map(nameOf));

    // What is undone is taken back in the reverse of the order in which it was said.
    const undone = [...turned].filter(([name]) => !now.has(name)).map(([, place]) => place);
    for (const event of trail) if (event.retractedAt === since) undone.push(happened.get(event.seq) ?? -1);
    if (undone.length > 0 && lastSeq !== known) throw new Error("something is undone by a write that adds events");
    for (const place of undone.sort((a, b) => b - a)) {
      const said = feed[place];
      if (said === undefined) throw new Error("undone, and never said");
      feed.push({ ...said, moment: since, what: said.what === "EVENT" ? "EVENT_RETRACTED" : "TRANSITION_RETRACTED" });
    }

    const still = new Map([...turned].filter(([name]) => now.has(name)));
    const tell = (after: (turn: Turn) => boolean): void => {
      for (const turn of turns) {
        const name = nameOf(turn);
        if (still.has(name) || !after(turn)) continue;
        still.set(name, feed.length);
        const { kind, at, cause, of } = turn;
        feed.push({ chain, moment: since, what: "TRANSITION", seq: cause.seq, kind, at, about: of });
      }
    };
    const came = trail.filter((event) => event.seq > known && event.seq <= lastSeq);
    const [first] = came;
    tell(({ afterSeq }) => first === undefined || afterSeq < first.seq);
    for (const event of came) {
      happened.set(event.seq, feed.length);
      const { seq, kind, blockTime: at } = event;
      feed.push({ chain, moment: since, what: "EVENT", seq, kind, at, about: event });
      tell(({ afterSeq }) => afterSeq === seq);
    }
    turned = still;
    known = lastSeq;
  }
  return feed;
}

const CHAINS_SQL = "SELECT chain_id FROM chain ORDER BY chain_id";
const rfc3339 = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
const TRAIL_SQL = `
  SELECT *, ${rfc3339("learned_at")} AS learned, ${rfc3339("retracted_at")} AS retracted FROM event
   WHERE chain_id = $1 ORDER BY seq`;
const WRITES_SQL = `SELECT ${rfc3339("since")} AS since, indexed_time, last_seq FROM knowledge k WHERE chain_id = $1 ORDER BY k.since`;

/** The expected feed of each chain of a ledger, from its trail and its knowledge alone. */
export async function expectedFeeds(client: pg.ClientBase): Promise<Map<bigint, Said[]>> {
  const feeds = new Map<bigint, Said[]>();
  for (const { chain_id } of (await client.query(CHAINS_SQL)).rows) {
    const chain = BigInt(chain_id);
    const trail = (await client.query(TRAIL_SQL, [chain])).rows.map(toTrailEvent);
    const writes = (await client.query(WRITES_SQL, [chain])).rows.map((row) => ({
      since: String(row.since),
      time: row.indexed_time === null ? undefined : BigInt(row.indexed_time),
      lastSeq: BigInt(row.last_seq),
    }));
    feeds.set(chain, expectedFeed(chain, trail, writes));
  }
  return feeds;
}

const text = (bytes: Buffer | null): string | undefined => (bytes === null ? undefined : `0x${bytes.toString("hex")}`);

// biome-ignore lint/suspicious/noExplicitAny: a row as the driver has it, every column of which is taken by name.
function toTrailEvent(row: any): TrailEvent {
  const [credential, holder, grantee, contract] = [row.credential, row.holder, row.grantee, row.contract].map(text);
  const grantOf = (who: string | undefined): string | undefined =>
    who && `${credential} ${who} ${String(row.purpose).padStart(5, "0")} ${contract}`;
  const number = (value: string | null): bigint => BigInt(value ?? 0);
  return {
    ...{ seq: BigInt(row.seq), blockTime: BigInt(row.block_time), kind: row.kind, credential, holder, grantee },
    grant: grantOf(grantee),
    parent: row.kind === "GRANTED_ONWARD" ? grantOf(text(row.grantor)) : undefined,
    parentGrantedAt: number(row.parent_granted_at),
    holdUntil: row.hold_until === null ? undefined : BigInt(row.hold_until),
    record: {
      ...{ grantedAt: number(row.granted_at), notBefore: number(row.not_before), expiresAt: number(row.expires_at) },
      ...{ lockedUntil: number(row.locked_until), revokedAt: number(row.revoked_at), retention: number(row.retention) },
      ...{ sequence: Number(row.sequence), flags: row.flags ?? 0 },
    },
    learnedAt: row.learned,
    retractedAt: row.retracted ?? undefined,
  };
}
