import { Registry } from "prom-client";
import { caip2 } from "../../grants/caip.ts";
import type { RpcObserver } from "../../rpc/observer.ts";
import type { ChainObserver } from "../chainObserver.ts";
import type { ObservedChain } from "../health.ts";
import type { RunnerReport } from "../runnerReport.ts";
import { ChainMetrics } from "./chainMetrics.ts";
import { type PoolState, ProcessMetrics } from "./processMetrics.ts";
import { RpcMetrics } from "./rpcMetrics.ts";
import { SyncMetrics } from "./syncMetrics.ts";
import { ToldMetrics, type WebhookCounts } from "./toldMetrics.ts";

/** What is read at every scrape. */
export interface Scraped {
  /** Undefined when the database does not answer. */
  readonly chains: readonly ObservedChain[] | undefined;
  readonly runners: readonly RunnerReport[];
  readonly pool: PoolState;
  /** Clients that watch. */
  readonly watchers: number;
  /** Events of a chain that are in its feed; undefined when the database does not answer. */
  readonly feeds: ReadonlyMap<bigint, bigint> | undefined;
  /** Undefined where nothing is sent to any, or when the database does not answer. */
  readonly webhooks: WebhookCounts | undefined;
  /** Questions that wait to be recorded; undefined where none are. */
  readonly questionsWaiting: number | undefined;
  /** Milliseconds since the unix epoch. */
  readonly now: number;
}

/** All metrics of one indexer; docs/METRICS.md explains each. Counted whether or not anybody scrapes. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #chain: ChainMetrics;
  readonly #sync: SyncMetrics;
  readonly #rpc: RpcMetrics;
  readonly #process: ProcessMetrics;
  readonly #told: ToldMetrics;

  constructor(maxStalenessSeconds: number) {
    this.#chain = new ChainMetrics(this.#registry, maxStalenessSeconds);
    this.#sync = new SyncMetrics(this.#registry);
    this.#rpc = new RpcMetrics(this.#registry);
    this.#process = new ProcessMetrics(this.#registry);
    this.#told = new ToldMetrics(this.#registry);
  }

  chainObserver(chainId: bigint): ChainObserver {
    return this.#sync.observer(caip2(chainId));
  }

  rpcObserver(chainId: bigint): RpcObserver {
    return this.#rpc.observer(caip2(chainId));
  }

  /** The text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/). */
  async text({ chains, runners, pool, watchers, now, feeds, webhooks, questionsWaiting }: Scraped): Promise<string> {
    this.#chain.refresh(chains, runners, now);
    this.#told.refresh(chains, feeds, webhooks, questionsWaiting);
    this.#process.refresh(pool, chains !== undefined, watchers);
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** What is there, for the documents and the dashboard to be held against. */
  list(): { name: string; type: string; labels: readonly string[] }[] {
    return this.#registry.getMetricsAsArray().map((metric) => ({
      name: metric.name,
      type: String(metric.type),
      labels: "labelNames" in metric ? (metric.labelNames as string[]) : [],
    }));
  }
}
