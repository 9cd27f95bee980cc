import { performance } from "node:perf_hooks";
import type pg from "pg";
import { startApi } from "../indexer/api/server.ts";
import { toHex } from "../indexer/grants/bytes.ts";
import { createLogger } from "../indexer/ops/log.ts";
import { checkQuery } from "./measures/ask.ts";

const TOGETHER = 20;

export interface CheckTimes {
  /** Milliseconds of one after another. */
  readonly alone: readonly number[];
  /** How many a second when so many are asked at once; client and server in one process. */
  readonly together: number;
}

/** Checks over GraphQL, each of a grant anywhere in the ledger; all must be ALLOWED. */
export async function checkTimes(databaseUrl: string, sql: pg.Client, count: number): Promise<CheckTimes> {
  // Every grant of a synthetic chain has one event; steps of a prime reach all parts of the ledger.
  const { rows } = await sql.query(
    `SELECT e.credential, e.grantee
       FROM generate_series(1, $1) i
       JOIN event e ON e.seq = (i * 7919::bigint) % (SELECT last_seq FROM chain) + 1
                   AND e.chain_id = (SELECT chain_id FROM chain)`,
    [count],
  );
  const log = createLogger("warn");
  const api = await startApi({
    ...{ databaseUrl, host: "127.0.0.1", port: 0, explore: false, maxStalenessSeconds: 86_400 },
    ...{ clock: Date.now, log },
  });
  try {
    const ask = async (row: { credential: Buffer; grantee: Buffer }): Promise<void> => {
      const response = await fetch(`${api.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(checkQuery(toHex(row.credential), toHex(row.grantee))),
      });
      const text = await response.text();
      if (!text.includes('"ALLOWED"')) throw new Error(`expected ALLOWED, got ${text}`);
    };
    const times: number[] = [];
    for (const row of rows) {
      const started = performance.now();
      await ask(row);
      times.push(performance.now() - started);
    }
    const left = rows.values();
    const started = performance.now();
    const some = async (): Promise<void> => {
      for (const row of left) await ask(row);
    };
    await Promise.all(Array.from({ length: TOGETHER }, some));
    return {
      // The first tenth warms the server up.
      alone: times.slice(Math.floor(times.length / 10)),
      together: (rows.length * 1_000) / (performance.now() - started),
    };
  } finally {
    await api.stop();
  }
}
