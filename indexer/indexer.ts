import { type Api, startApi } from "./api/server.ts";
import { ChainRunner, type Phase } from "./chainRunner.ts";
import type { ChainConfig, Config } from "./config/config.ts";
import { migrate } from "./ledger/migrate.ts";
import type { Clock } from "./ops/clock.ts";
import type { Logger } from "./ops/log.ts";

/** A configuration with nothing left out. */
export interface IndexerOptions {
  readonly databaseUrl: string;
  readonly chains: readonly ChainConfig[];
  readonly api: Config["api"];
  readonly clock?: Clock;
  readonly log: Logger;
}

export interface RunnerStatus {
  readonly chainId: bigint;
  readonly name: string;
  readonly phase: Phase;
  /** Why the chain is `retrying` or `stopped`. */
  readonly problem: string | undefined;
}

export interface Indexer {
  /** Base URL of the API. */
  readonly url: string;
  /** What each chain's runner in this process is doing. What the ledger holds is in the database. */
  runners(): RunnerStatus[];
  /** Finishes what is under way, then lets go of chains, database and port. */
  stop(): Promise<void>;
}

/**
 * Brings the database up to date, follows every chain on its own, and serves the API.
 * @throws OperatorError when the database cannot be used as it is; a chain's problem stops that chain alone.
 */
export async function startIndexer(options: IndexerOptions): Promise<Indexer> {
  const { databaseUrl, chains, log, clock = Date.now } = options;
  const applied = await migrate(databaseUrl);
  if (applied.length > 0) log.info({ room: "ledger", migrations: applied }, "database brought up to date");
  const api: Api = await startApi({ ...options.api, databaseUrl, clock, log: log.child({ room: "api" }) });
  const runners = chains.map((chain) => ({ chain, runner: new ChainRunner({ chain, databaseUrl, clock, log }) }));
  return {
    url: api.url,
    runners: () =>
      runners.map(({ chain, runner }) => ({
        chainId: chain.chainId,
        name: chain.name,
        phase: runner.phase,
        problem: runner.problem,
      })),
    async stop() {
      await Promise.all([...runners.map(({ runner }) => runner.stop()), api.stop()]);
    },
  };
}
