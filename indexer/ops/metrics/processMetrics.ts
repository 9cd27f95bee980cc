import { collectDefaultMetrics, Gauge, type Registry } from "prom-client";
import { named } from "./naming.ts";

/** Connections of the API to the database. */
export interface PoolState {
  readonly total: number;
  readonly idle: number;
  /** Queries that wait for a connection. */
  readonly waiting: number;
}

/** The process itself (prom-client's own set) and its database pool. */
export class ProcessMetrics {
  readonly #connections;
  readonly #waiting;
  readonly #database;
  readonly #watchers;

  constructor(registry: Registry) {
    const of = named(registry);
    collectDefaultMetrics({ register: registry });
    this.#connections = new Gauge(of("database_pool_connections", "Connections of the API's pool, by state", "state"));
    this.#waiting = new Gauge(of("database_pool_waiting_queries", "Queries that wait for a connection"));
    this.#database = new Gauge(of("database_up", "Whether the database answered at this scrape"));
    this.#watchers = new Gauge(of("api_watchers", "Clients that watch through this process"));
  }

  refresh(pool: PoolState, databaseUp: boolean, watchers: number): void {
    this.#watchers.set(watchers);
    this.#connections.set({ state: "idle" }, pool.idle);
    this.#connections.set({ state: "busy" }, pool.total - pool.idle);
    this.#waiting.set(pool.waiting);
    this.#database.set(databaseUp ? 1 : 0);
  }
}
