import type pg from "pg";
import type { UnixTime } from "../../grants/record.ts";

/** Up to which write of a chain its transitions are in, and which writes follow. */

/** A row of `knowledge`. */
export interface Write {
  /** Knowledge time as PostgreSQL writes it, without loss. */
  readonly since: string;
  /** Undefined while nothing is indexed. */
  readonly indexed: { readonly number: bigint; readonly time: UnixTime } | undefined;
  readonly lastSeq: bigint;
}

export interface Progress extends Write {
  readonly ordinal: number;
}

interface WriteRow {
  since: string;
  indexed_number: string | null;
  indexed_time: string | null;
  last_seq: string;
}

const rfc3339 = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Chains that have writes to be taken in. One begins when it is LIVE for the first time: no answer rests on it before. */
const BEHIND_SQL = `
  SELECT c.chain_id FROM chain c LEFT JOIN transition_progress p USING (chain_id)
   WHERE CASE WHEN p.chain_id IS NULL THEN c.status <> 'BACKFILL'
              ELSE EXISTS (SELECT FROM knowledge k WHERE k.chain_id = c.chain_id AND k.since > p.known_at) END
   ORDER BY c.chain_id`;

export async function readBehind(client: pg.ClientBase): Promise<bigint[]> {
  const { rows } = await client.query<{ chain_id: string }>({ name: "transition behind", text: BEHIND_SQL });
  return rows.map((row) => BigInt(row.chain_id));
}

/**
 * Where a chain's transitions are, for whoever goes on with them in this transaction.
 * @returns undefined while another process is at it.
 */
export async function takeProgress(client: pg.ClientBase, chainId: bigint): Promise<Progress | undefined> {
  await client.query({
    name: "transition begin",
    text: `INSERT INTO transition_progress (chain_id, known_at, last_seq, ordinal)
           VALUES ($1, '-infinity', 0, 0) ON CONFLICT DO NOTHING`,
    values: [chainId],
  });
  const { rows } = await client.query<WriteRow & { ordinal: number }>({
    name: "transition take",
    text: `SELECT CASE WHEN isfinite(known_at) THEN ${rfc3339("known_at")} ELSE '-infinity' END AS since,
                  indexed_number, indexed_time, last_seq, ordinal
             FROM transition_progress WHERE chain_id = $1 FOR UPDATE SKIP LOCKED`,
    values: [chainId],
  });
  const [row] = rows;
  return row && { ...toWrite(row), ordinal: row.ordinal };
}

/** Writes are taken in together while they hold no more events than this. */
const MAX_EVENTS = 2_000n;
const MAX_WRITES = 500;

/** The writes that follow, to be taken in together: one that went back alone, else as many as are not too much. */
export async function readWrites(client: pg.ClientBase, chainId: bigint, progress: Progress): Promise<Write[]> {
  const { rows } = await client.query<WriteRow>({
    name: "transition writes",
    text: `SELECT ${rfc3339("since")} AS since, indexed_number, indexed_time, last_seq FROM knowledge
            WHERE chain_id = $1 AND since > $2::timestamptz ORDER BY knowledge.since LIMIT ${MAX_WRITES}`,
    values: [chainId, progress.since],
  });
  const writes: Write[] = [];
  let before: Write = progress;
  for (const row of rows) {
    const write = toWrite(row);
    if (writes.length > 0 && (wentBack(before, write) || write.lastSeq - progress.lastSeq > MAX_EVENTS)) break;
    writes.push(write);
    if (wentBack(before, write)) break;
    before = write;
  }
  return writes;
}

/** Whether a write dropped blocks: every one that retracts does. */
export const wentBack = (before: Write, { indexed }: Write): boolean =>
  before.indexed !== undefined && (indexed === undefined || indexed.number < before.indexed.number);

/** @param changedAt of the newest write that had anything for a feed; undefined when none of these had. */
export async function writeProgress(
  client: pg.ClientBase,
  chainId: bigint,
  { since, indexed, lastSeq, ordinal }: Progress,
  changedAt: string | undefined,
): Promise<void> {
  await client.query({
    name: "transition progress",
    text: `UPDATE transition_progress SET known_at = $2::timestamptz, indexed_number = $3, indexed_time = $4, last_seq = $5,
                  ordinal = $6, changed_at = COALESCE($7::timestamptz, changed_at)
            WHERE chain_id = $1`,
    values: [chainId, since, indexed?.number ?? null, indexed?.time ?? null, lastSeq, ordinal, changedAt ?? null],
  });
}

const toWrite = ({ since, indexed_number: number, indexed_time: time, last_seq }: WriteRow): Write => ({
  since,
  indexed: number === null || time === null ? undefined : { number: BigInt(number), time: BigInt(time) },
  lastSeq: BigInt(last_seq),
});
