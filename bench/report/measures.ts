/** Everything that a run can measure: how it is called, in what unit, and which way is better. */
export interface Measure {
  readonly title: string;
  readonly unit: string;
  readonly better: "more" | "less";
  readonly digits: number;
}

const rate = (title: string, unit = "events/s"): Measure => ({ title, unit, better: "more", digits: 0 });
const cost = (title: string, unit: string, digits = 0): Measure => ({ title, unit, better: "less", digits });

export const MEASURES = {
  backfill: rate("backfill"),
  backfillCpu: cost("CPU of the indexer for it", "s", 2),
  backfillDatabaseCpu: cost("CPU of the database for it", "s", 2),
  peakMemory: cost("peak memory for it", "MB"),
  delayed: rate("backfill, 50 ms added to each RPC answer"),
  requests: cost("HTTP requests for it", "requests"),
  calls: cost("RPC calls in them", "calls"),
  received: cost("bytes of the answers", "MB"),
  restart: cost("restart after SIGTERM, until a row of a block mined meanwhile", "s", 2),
  restartAnswer: cost("the same, until its own API tells it", "s", 2),
  restartKilled: cost("restart after SIGKILL, until a row of a block mined meanwhile", "s", 2),
  restartKilledAnswer: cost("the same, until its own API tells it", "s", 2),
  pollRow: cost("mined block to row, polling every 100 ms, median", "ms"),
  pollRow95: cost("the same, p95", "ms"),
  pollAnswer: cost("mined block to its own API, polling every 100 ms, median", "ms"),
  pollAnswer95: cost("the same, p95", "ms"),
  soonRow: cost("mined block to row, WebSocket heads (Subsquid: polling every 10 ms), median", "ms"),
  soonRow95: cost("the same, p95", "ms"),
  soonAnswer: cost("mined block to its own API, WebSocket heads, median", "ms"),
  soonAnswer95: cost("the same, p95", "ms"),
  takeover: cost("takeover by a standby after kill -9", "s", 2),
  reorgWrong: cost("after 5 reorgs: rows of dropped branches", "rows"),
  reorgMissing: cost("after 5 reorgs: rows missing", "rows"),
  reorgRight: cost("after 5 reorgs: right after", "s", 2),
  equalWrong: cost("the same at equal height: rows of dropped branches", "rows"),
  equalMissing: cost("the same at equal height: rows missing", "rows"),
  equalRight: cost("the same at equal height: right after", "s", 2),
  point: rate("point look-up (`check`) over GraphQL, 20 connections", "requests/s"),
  pointP99: cost("the same, p99", "ms", 1),
  list: rate("lists of 100 grants over GraphQL, 20 connections", "requests/s"),
  listP99: cost("the same, p99", "ms", 1),
  floorFetch: cost("floor: fetching the logs", "s", 2),
  floorParse: cost("floor: JSON.parse of them", "s", 2),
  floorCopy: cost("floor: COPY with a primary key", "s", 2),
} as const satisfies Record<string, Measure>;

export type MeasureKey = keyof typeof MEASURES;
