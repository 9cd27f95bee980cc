import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { observing, type RpcObserver } from "../../rpc/observer.ts";
import { named } from "./naming.ts";

/** Up to the bound of one request, 20 s. */
const LATENCY_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** What was asked of the endpoints. Their names come without credentials, and are those of the configuration: few. */
export class RpcMetrics {
  readonly #calls;
  readonly #errors;
  readonly #latency;
  readonly #up;
  readonly #head;
  readonly #disagreements;

  constructor(registry: Registry) {
    const of = named(registry);
    this.#calls = new Counter(
      of("rpc_calls_total", "JSON-RPC calls answered, each of a batch counted", "chain", "endpoint", "method"),
    );
    this.#errors = new Counter(
      of("rpc_errors_total", "Requests that gave nothing to use, by why", "chain", "endpoint", "kind"),
    );
    this.#latency = new Histogram({
      ...of("rpc_request_duration_seconds", "Time of an answered request, a batch being one", "chain", "endpoint"),
      buckets: LATENCY_SECONDS,
    });
    this.#up = new Gauge(of("rpc_endpoint_up", "Whether the endpoint answers for its chain", "chain", "endpoint"));
    this.#head = new Gauge(of("rpc_endpoint_head_block", "Newest block an endpoint has shown", "chain", "endpoint"));
    this.#disagreements = new Counter(
      of("rpc_disagreements_total", "Times that endpoints contradicted each other about a block", "chain"),
    );
  }

  /** @param chain as CAIP-2. */
  observer(chain: string): RpcObserver {
    this.#disagreements.inc({ chain }, 0);
    return observing({
      answered: ({ endpoint, method, calls, ms }) => {
        this.#calls.inc({ chain, endpoint, method: known(method) }, calls);
        this.#latency.observe({ chain, endpoint }, ms / 1000);
        this.#up.set({ chain, endpoint }, 1);
      },
      failed: ({ endpoint, kind }) => {
        this.#errors.inc({ chain, endpoint, kind });
        if (kind === "timeout" || kind === "connection" || kind === "wrong-chain") this.#up.set({ chain, endpoint }, 0);
      },
      head: ({ endpoint, number }) => this.#head.set({ chain, endpoint }, Number(number)),
      state: ({ endpoint, state }) => this.#up.set({ chain, endpoint }, state === "up" ? 1 : 0),
      disagreed: () => this.#disagreements.inc({ chain }),
    });
  }
}

/** What the product asks for. A batch can be of several methods: that is one series, and so is whatever else there may be. */
const METHODS = new Set([
  ...["eth_chainId", "eth_getBlockByNumber", "eth_getBlockByHash", "eth_getLogs", "eth_getBlockReceipts"],
  ...["eth_blockNumber", "eth_subscribe", "eth_getTransactionReceipt"],
]);
function known(method: string): string {
  if (METHODS.has(method)) return method;
  return method.includes(",") ? "mixed" : "other";
}
