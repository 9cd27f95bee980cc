import pg from "pg";
import type pino from "pino";
import { FEED_CHANNEL } from "../../ledger/transitions/step.ts";
import { leave } from "../../ledger/writerConnection.ts";
import { Backoff, sleep } from "../../ops/backoff.ts";
import { explain } from "../../ops/errors.ts";

const CONNECT_TIMEOUT_MS = 5_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

/**
 * Calls `wake` when the ledger says that there is more of a feed. Nothing rests on it: a server that cannot tell (a replica
 * that only follows does not) leaves it to polling.
 */
export function listenForFeed(databaseUrl: string, wake: () => void, log: pino.Logger): { stop(): Promise<void> } {
  const stop = new AbortController();
  const { signal } = stop;
  const listen = async (): Promise<void> => {
    const client = new pg.Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: CONNECT_TIMEOUT_MS,
      options: "-c default_transaction_read_only=on",
      keepAlive: true,
      application_name: "grantledger api feed",
    });
    const lost = new Promise<void>((resolve) => {
      client.on("error", () => resolve());
      client.on("end", () => resolve());
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    client.on("notification", wake);
    try {
      await client.connect();
      await client.query(`LISTEN ${FEED_CHANNEL}`);
      backoff.reset();
      // What was told while nobody listened.
      wake();
      await lost;
    } finally {
      await leave(client);
    }
  };
  const backoff = new Backoff(FIRST_RETRY_MS, LAST_RETRY_MS);
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await listen().catch((error) => log.debug({ problem: explain(error) }, "nothing is told of feeds, polling"));
      await sleep(backoff.next(), signal);
    }
  };
  const done = run();
  return {
    async stop() {
      stop.abort();
      await done;
    },
  };
}
