import type pg from "pg";
import { type Bytes32, toBytes32 } from "../grants/bytes.ts";
import type { UnixTime } from "../grants/record.ts";

/** Where the ledger stands on one chain, as stored. */
export interface Cursor {
  /** The newest block whose events are all in; undefined before the first. */
  readonly indexed: { readonly number: bigint; readonly hash: Bytes32; readonly time: UnixTime } | undefined;
  readonly finalizedNumber: bigint | undefined;
  readonly lastSeq: bigint;
  /** Microseconds since the unix epoch. */
  readonly knownAt: bigint;
  readonly quarantine: string | undefined;
  readonly contracts: unknown;
}

/** A stored canonical block. */
export interface StoredBlock {
  readonly number: bigint;
  readonly hash: Bytes32;
  readonly parentHash: Bytes32;
  readonly time: UnixTime;
}

interface ChainRow {
  indexed_number: string | null;
  indexed_hash: Buffer | null;
  indexed_time: string | null;
  finalized_number: string | null;
  last_seq: string;
  known_micros: string;
  quarantine: string | null;
  contracts: unknown;
}

export async function readCursor(client: pg.ClientBase, chainId: bigint): Promise<Cursor | undefined> {
  const result = await client.query<ChainRow>(
    `SELECT indexed_number, indexed_hash, indexed_time, finalized_number, last_seq, quarantine, contracts,
            (extract(epoch FROM known_at) * 1000000)::bigint AS known_micros
       FROM chain WHERE chain_id = $1`,
    [chainId],
  );
  const row = result.rows[0];
  if (row === undefined) return undefined;
  const { indexed_number: number, indexed_hash: hash, indexed_time: time } = row;
  return {
    indexed:
      number === null || hash === null || time === null
        ? undefined
        : { number: BigInt(number), hash: toBytes32(hash), time: BigInt(time) },
    finalizedNumber: row.finalized_number === null ? undefined : BigInt(row.finalized_number),
    lastSeq: BigInt(row.last_seq),
    knownAt: BigInt(row.known_micros),
    quarantine: row.quarantine ?? undefined,
    contracts: row.contracts,
  };
}

/** The canonical blocks that a reorg may still touch, oldest first, without gaps, up to the cursor. */
export async function readWindow(client: pg.ClientBase, chainId: bigint): Promise<StoredBlock[]> {
  const result = await client.query<{ number: string; hash: Buffer; parent_hash: Buffer; time: string }>(
    "SELECT number, hash, parent_hash, time FROM block WHERE chain_id = $1 ORDER BY number",
    [chainId],
  );
  return result.rows.map((row) => ({
    number: BigInt(row.number),
    hash: toBytes32(row.hash),
    parentHash: toBytes32(row.parent_hash),
    time: BigInt(row.time),
  }));
}

/** How many live events each block above `number` has, of those that have any. */
export async function countEvents(
  client: pg.ClientBase,
  chainId: bigint,
  number: bigint,
): Promise<Map<bigint, number>> {
  const result = await client.query<{ block_number: string; events: number }>(
    `SELECT block_number, count(*)::integer AS events FROM event
      WHERE chain_id = $1 AND block_number > $2 AND retracted_at IS NULL GROUP BY block_number`,
    [chainId, number],
  );
  return new Map(result.rows.map((row) => [BigInt(row.block_number), row.events]));
}

/** Microseconds since the unix epoch as PostgreSQL reads them, without loss. */
export function timestamptz(micros: bigint): string {
  const millis = new Date(Number(micros / 1000n)).toISOString();
  return millis.replace("Z", `${(micros % 1000n).toString().padStart(3, "0")}Z`);
}
