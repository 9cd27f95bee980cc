import type pg from "pg";
import { residentMb, usageOf } from "../process/usage.ts";
import type { ChainLoad } from "./chainLoad.ts";

/** One look at a running soak. */
export interface Sample {
  /** Since the beginning. */
  readonly minutes: number;
  readonly rssMb: number | undefined;
  /** Since the process started. */
  readonly cpuSeconds: number | undefined;
  readonly databaseMb: number;
  readonly events: number;
  readonly lags: readonly { readonly blocks: number; readonly seconds: number }[];
}

export async function sample(
  client: pg.Client,
  pid: number,
  chains: readonly ChainLoad[],
  begun: number,
): Promise<Sample> {
  const { rows } = await client.query(
    `SELECT chain_id::int AS id, indexed_number::int AS indexed, last_seq::int AS events,
            pg_database_size(current_database()) / 1048576.0 AS mb
       FROM chain ORDER BY chain_id`,
  );
  return {
    minutes: (performance.now() - begun) / 60_000,
    rssMb: residentMb(pid),
    cpuSeconds: usageOf(pid)?.cpuSeconds,
    databaseMb: Number(rows[0]?.mb ?? 0),
    events: rows.reduce((sum, { events }) => sum + events, 0),
    lags: chains.map((chain) => {
      const row = rows.find(({ id }) => id === Number(chain.traffic.anvil.chainId));
      return chain.lag(row?.indexed ?? 0);
    }),
  };
}
