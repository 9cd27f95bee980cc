import type { Database } from "../database.ts";

/** How far the feed of a chain goes. */
export interface Horizon {
  readonly chainId: bigint;
  /** Knowledge time of the newest write of the chain, microseconds. */
  readonly knownAt: bigint;
  /** The newest write that is in the feed; undefined while the first history of the chain is being read. */
  readonly reached: { readonly moment: bigint; readonly lastSeq: bigint } | undefined;
  /** Knowledge time of the newest write that had anything for a feed; undefined while none had. */
  readonly changedAt: bigint | undefined;
}

interface HorizonRow {
  chain_id: bigint;
  known_us: bigint;
  reached_us: bigint | null;
  last_seq: bigint | null;
  changed_us: bigint | null;
}

const micros = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::bigint`;

const HORIZONS = {
  name: "horizons",
  text: `SELECT c.chain_id, ${micros("c.known_at")} AS known_us, ${micros("p.known_at")} AS reached_us, p.last_seq,
                ${micros("p.changed_at")} AS changed_us
           FROM chain c LEFT JOIN transition_progress p ON p.chain_id = c.chain_id AND isfinite(p.known_at)
          ORDER BY c.chain_id`,
};

export async function readHorizons(database: Database): Promise<Horizon[]> {
  const rows = await database.prepared<HorizonRow>(HORIZONS, []);
  return rows.map((row) => ({
    chainId: row.chain_id,
    knownAt: row.known_us,
    reached:
      row.reached_us === null || row.last_seq === null ? undefined : { moment: row.reached_us, lastSeq: row.last_seq },
    changedAt: row.changed_us ?? undefined,
  }));
}
