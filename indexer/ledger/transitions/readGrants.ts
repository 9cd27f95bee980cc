import type pg from "pg";
import { FLAG_GRANTED_ONWARD, FLAG_HELD, type UnixTime } from "../../grants/record.ts";
import { NEVER } from "../../grants/rule.ts";
import { RECORD_COLUMNS, type RecordRow, SQL_NEVER, toRecord } from "../recordColumns.ts";
import type { GrantChange } from "./passage.ts";
import type { GrantName, Standing } from "./standing.ts";

/** Grants and their events as they were known after a write, which need not be the newest. */

/** A write of a chain: what was known after it. */
export interface KnownPlace {
  readonly chainId: bigint;
  /** `event.seq` of the newest event. */
  readonly lastSeq: bigint;
  /** Knowledge time as PostgreSQL writes it, without loss. */
  readonly since: string;
}

interface NameRow {
  credential: Buffer;
  grantee: Buffer;
  purpose: number;
  contract: Buffer;
}

interface EventRow extends NameRow, RecordRow {
  seq: string;
  holder: Buffer;
  hold_until: string | null;
  grantor: Buffer | null;
  parent_granted_at: string | null;
}

const NAME = ["credential", "grantee", "purpose", "contract"] as const;
const of = (row: string, columns: readonly string[]): string => columns.map((name) => `${row}.${name}`).join(", ");

/** `$1` is the chain, `$2` to `$5` the names, `$6` and `$7` the place. */
const NAMES = `unnest($2::bytea[], $3::bytea[], $4::integer[], $5::bytea[]) AS k (${NAME.join(", ")})`;
const stood = (event: string): string =>
  `${event}.chain_id = $1 AND ${event}.seq <= $6 AND (${event}.retracted_at IS NULL OR ${event}.retracted_at > $7::timestamptz)`;
const same = (event: string): string => `(${of(event, NAME)}) = (${of("k", NAME)})`;

/**
 * The sum keeps the planner from walking the chain's events from the newest on until one fits, which for a grant that is new
 * is all of them: those of one grant are few, and an index of their own finds them.
 */
const newest = (event: string, columns: string, condition: string): string => `
  SELECT ${columns} FROM event ${event} WHERE ${stood(event)} AND ${condition} ORDER BY ${event}.seq + 0 DESC LIMIT 1`;

const STANDINGS_SQL = `
  SELECT ${of("k", NAME)}, n.*, h.hold_until, o.grantor, o.parent_granted_at, p.parent_end
    FROM ${NAMES}
   CROSS JOIN LATERAL (${newest("e", `e.seq, e.holder, ${of("e", RECORD_COLUMNS)}`, same("e"))}) n
    LEFT JOIN LATERAL (${newest("b", "b.hold_until", `${same("b")} AND b.kind IN ('HELD', 'HOLD_LIFTED')`)}) h
      ON n.flags & ${FLAG_HELD} <> 0
    LEFT JOIN LATERAL (${newest("b", "b.grantor, b.parent_granted_at", `${same("b")} AND b.kind = 'GRANTED_ONWARD'`)}) o
      ON n.flags & ${FLAG_GRANTED_ONWARD} <> 0
    LEFT JOIN LATERAL (${newest(
      "b",
      "grant_active_end(b.expires_at, b.revoked_at, NULL) AS parent_end",
      `(b.credential, b.grantee, b.purpose, b.contract, b.granted_at) =
       (k.credential, o.grantor, k.purpose, k.contract, o.parent_granted_at)`,
    )}) p ON true`;

/** Whoever these granted onward, in whatever period. */
const CHILDREN_SQL = `
  SELECT DISTINCT ${of("e", NAME)} FROM ${NAMES}
    JOIN event e ON (e.credential, e.grantor, e.purpose, e.contract) = (${of("k", NAME)})
   WHERE e.kind = 'GRANTED_ONWARD' AND ${stood("e")}`;

const CHANGES_SQL = `
  SELECT e.seq, e.block_time, e.grantee IS NOT NULL AS of_grant, ${of("e", NAME)}, e.holder, ${of("e", RECORD_COLUMNS)},
         e.hold_until, e.grantor, e.parent_granted_at, e.kind::text
    FROM event e
   WHERE e.chain_id = $1 AND e.seq > $2 AND e.seq <= $3
     AND (e.retracted_at IS NULL OR e.retracted_at > $4::timestamptz)
   ORDER BY e.seq`;

const values = (place: KnownPlace, names: readonly GrantName[]): unknown[] => [
  place.chainId,
  ...NAME.map((column) => names.map((name) => name[column])),
  ...[place.lastSeq, place.since],
];

export const nameOf = ({ credential, grantee, purpose, contract }: NameRow): GrantName => ({
  ...{ credential, grantee, purpose, contract },
});

/** Where these grants stood; those of which nothing stood are left out. */
export async function readStandings(
  client: pg.ClientBase,
  place: KnownPlace,
  names: readonly GrantName[],
): Promise<Standing[]> {
  if (names.length === 0) return [];
  const { rows } = await client.query<EventRow & { parent_end: string | null }>({
    name: "transition standings",
    text: STANDINGS_SQL,
    values: values(place, names),
  });
  return rows.map((row) => ({
    name: nameOf(row),
    holder: row.holder,
    record: toRecord(row),
    holdUntil: BigInt(row.hold_until ?? 0),
    origin: toOrigin(row),
    parentEnd: toEnd(row.parent_end),
    seq: BigInt(row.seq),
  }));
}

export async function readChildren(
  client: pg.ClientBase,
  place: KnownPlace,
  parents: readonly GrantName[],
): Promise<GrantName[]> {
  if (parents.length === 0) return [];
  const { rows } = await client.query<NameRow>({
    name: "transition children",
    text: CHILDREN_SQL,
    values: values(place, parents),
  });
  return rows.map(nameOf);
}

/** An event, and what it says of a grant if it is about one. */
export interface Happened {
  readonly seq: bigint;
  readonly blockTime: UnixTime;
  readonly change: GrantChange | undefined;
}

/** The events after `afterSeq` that stood at the place, in order. */
export async function readHappened(client: pg.ClientBase, place: KnownPlace, afterSeq: bigint): Promise<Happened[]> {
  const { rows } = await client.query<EventRow & { block_time: string; of_grant: boolean; kind: string }>({
    name: "transition events",
    text: CHANGES_SQL,
    values: [place.chainId, afterSeq, place.lastSeq, place.since],
  });
  return rows.map((row) => {
    const [seq, blockTime] = [BigInt(row.seq), BigInt(row.block_time)];
    if (!row.of_grant) return { seq, blockTime, change: undefined };
    const holdUntil = row.hold_until === null ? undefined : BigInt(row.hold_until);
    const origin = row.kind === "GRANTED_ONWARD" ? toOrigin(row) : undefined;
    const { holder } = row;
    return {
      seq,
      blockTime,
      change: { name: nameOf(row), holder, seq, blockTime, record: toRecord(row), holdUntil, origin },
    };
  });
}

function toEnd(text: string | null): UnixTime {
  const end = text === null ? SQL_NEVER : BigInt(text);
  return end === SQL_NEVER ? NEVER : end;
}

const toOrigin = ({ grantor, parent_granted_at }: EventRow) =>
  grantor === null || parent_granted_at === null ? undefined : { grantor, parentGrantedAt: BigInt(parent_granted_at) };
