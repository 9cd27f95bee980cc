import type { EvidenceSources } from "./api/evidence/sources.ts";
import { requireReadOnly } from "./api/readingRole.ts";
import { type Api, startApi } from "./api/server.ts";
import { ChainRunner } from "./chainRunner.ts";
import type { ChainConfig, Config } from "./config/config.ts";
import { migrate } from "./ledger/migrate.ts";
import { TransitionKeeper } from "./ledger/transitions/keeper.ts";
import type { Clock } from "./ops/clock.ts";
import { EndpointHealth, tellAll } from "./ops/endpointHealth.ts";
import { openDoors } from "./ops/exposure.ts";
import type { Logger } from "./ops/log.ts";
import { Metrics } from "./ops/metrics/metrics.ts";
import { serveMetrics } from "./ops/metrics/metricsServer.ts";
import { rpcLog } from "./ops/rpcLog.ts";
import type { RunnerReport } from "./ops/runnerReport.ts";
import { endpointNames } from "./rpc/connect.ts";
import { Dispatcher } from "./webhooks/dispatcher.ts";

/** A configuration with nothing left out. */
export interface IndexerOptions {
  readonly databaseUrl: string;
  /** What the API reads from instead: as a role that can only read, or from a replica. */
  readonly readDatabaseUrl?: string | undefined;
  readonly chains: readonly ChainConfig[];
  readonly api: Config["api"];
  /** Who may ask the API; everybody without it. */
  readonly access?: Config["access"];
  /** Signs answers where it is given. */
  readonly receiptKey?: Config["receiptKey"];
  /** Served where it is given. */
  readonly metrics?: Config["metrics"];
  /** Sent where it is given. */
  readonly webhooks?: Config["webhooks"];
  readonly clock?: Clock;
  readonly log: Logger;
}

export interface Indexer {
  /** Base URL of the API. */
  readonly url: string;
  /** Where Prometheus finds the metrics; undefined where they are not served. */
  readonly metricsUrl: string | undefined;
  /** What each chain's runner in this process is doing. What the ledger holds is in the database. */
  runners(): RunnerReport[];
  /** Finishes what is under way, then lets go of chains, database and port. */
  stop(): Promise<void>;
}

/**
 * Brings the database up to date, follows every chain on its own, and serves the API.
 * @throws OperatorError when the database cannot be used as it is; a chain's problem stops that chain alone.
 */
export async function startIndexer(options: IndexerOptions): Promise<Indexer> {
  const { databaseUrl, readDatabaseUrl, access, log, clock = Date.now } = options;
  const applied = await migrate(databaseUrl);
  if (applied.length > 0) log.child({ room: "ledger" }).info({ migrations: applied }, "database brought up to date");
  if (readDatabaseUrl !== undefined) await requireReadOnly(readDatabaseUrl, log.child({ room: "api" }));
  for (const door of openDoors({ ...options.api, readsOnly: readDatabaseUrl !== undefined }))
    log.child({ room: "api" }).warn(door);
  const metrics = new Metrics(options.api.maxStalenessSeconds);
  const following: Following[] = [];
  const runners = (): RunnerReport[] => following.map(report);
  const evidence: EvidenceSources = (chainId) => {
    const found = following.find(({ chain }) => chain.chainId === chainId);
    return found && { contracts: found.chain.contracts, readBlock: found.runner.readBlock };
  };
  const api: Api = await startApi({
    ...{
      ...options.api,
      databaseUrl,
      readDatabaseUrl,
      access,
      receiptKey: options.receiptKey,
      clock,
      runners,
      evidence,
    },
    log: log.child({ room: "api" }),
  });
  let dispatcher: Dispatcher | undefined;
  const text = async (): Promise<string> =>
    metrics.text({
      // Without its database an indexer still tells how it is: that is when it is looked at.
      chains: await api.chains().catch(() => undefined),
      runners: runners(),
      pool: api.pool(),
      watchers: api.watchers(),
      feeds: await api.feeds().catch(() => undefined),
      webhooks: await dispatcher?.counts().catch(() => undefined),
      questionsWaiting: api.questionsWaiting(),
      now: clock(),
    });
  const served =
    options.metrics &&
    (await serveMetrics({
      ...options.metrics,
      contentType: metrics.contentType,
      text,
      log: log.child({ room: "ops" }),
    }).catch(async (error) => {
      await api.stop();
      throw error;
    }));
  const keeper = new TransitionKeeper(databaseUrl, log.child({ room: "ledger" }));
  dispatcher =
    options.webhooks &&
    new Dispatcher({
      ...{ databaseUrl, clock, key: options.webhooks.key, poster: options.webhooks },
      log: log.child({ room: "api" }),
    });
  for (const chain of options.chains) following.push(follow(chain, metrics, { databaseUrl, clock, log }));
  return {
    url: api.url,
    metricsUrl: served?.url,
    runners,
    async stop() {
      await Promise.all([
        ...following.map(({ runner }) => runner.stop()),
        keeper.stop(),
        dispatcher?.stop(),
        api.stop(),
        served?.stop(),
      ]);
    },
  };
}

interface Following {
  readonly chain: ChainConfig;
  readonly runner: ChainRunner;
  readonly endpoints: EndpointHealth;
}

function follow(
  chain: ChainConfig,
  metrics: Metrics,
  { databaseUrl, clock, log }: { databaseUrl: string; clock: Clock; log: Logger },
): Following {
  const endpoints = new EndpointHealth(endpointNames(chain.rpc), clock);
  const observer = metrics.chainObserver(chain.chainId);
  const rpc = log.child({ room: "rpc", chain: Number(chain.chainId) });
  const rpcObserver = tellAll(endpoints.observer, metrics.rpcObserver(chain.chainId), rpcLog(rpc));
  return { chain, endpoints, runner: new ChainRunner({ chain, databaseUrl, clock, log, observer, rpcObserver }) };
}

const report = ({ chain, runner, endpoints }: Following): RunnerReport => ({
  chainId: chain.chainId,
  name: chain.name,
  phase: runner.phase,
  since: runner.since,
  problem: runner.problem,
  progress: runner.progress,
  endpoints: endpoints.report(),
});
