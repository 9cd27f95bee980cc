import { performance } from "node:perf_hooks";
import type pg from "pg";
import { startApi } from "../indexer/api/server.ts";
import { toHex } from "../indexer/grants/bytes.ts";
import { createLogger } from "../indexer/ops/log.ts";
import { checkQuery } from "./measures/ask.ts";

/** Milliseconds of one check after another over GraphQL, each of a grant anywhere in the ledger; all must be ALLOWED. */
export async function checkTimes(databaseUrl: string, sql: pg.Client, count: number): Promise<number[]> {
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
    const times: number[] = [];
    for (const row of rows) {
      const started = performance.now();
      const response = await fetch(`${api.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(checkQuery(toHex(row.credential), toHex(row.grantee))),
      });
      const text = await response.text();
      if (!text.includes('"ALLOWED"')) throw new Error(`expected ALLOWED, got ${text}`);
      times.push(performance.now() - started);
    }
    // The first tenth warms the server up.
    return times.slice(Math.floor(times.length / 10));
  } finally {
    await api.stop();
  }
}
