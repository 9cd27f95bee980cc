import pg from "pg";
import type { TestPostgres } from "../../test/support/postgres.ts";
import type { BenchChain } from "../chain/storedChain.ts";
import type { Running } from "../process/launch.ts";
import { parentOf, usageOf } from "../process/usage.ts";

/** What every measure of a run shares. */
export interface World {
  readonly chain: BenchChain;
  readonly postgres: TestPostgres;
  readonly say: (line: string) => void;
}

export async function connected<T>(databaseUrl: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl });
  // A peer may drop what is being read; what follows is then asked again.
  client.on("error", () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** CPU seconds that the whole database server has used since it started. */
export async function databaseCpu(client: pg.Client): Promise<number> {
  const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
  try {
    return usageOf(parentOf(rows[0].pid))?.cpuSeconds ?? 0;
  } catch {
    return 0;
  }
}

/**
 * Asks again and again until it holds. A question that fails counts as no: tables may not be there yet.
 * @returns when it held. @throws when it does not in time, or when a process that has to live for it has ended.
 */
export async function until(
  holds: () => Promise<boolean>,
  options: { everyMs: number; withinMs: number; what: string; by?: Running },
): Promise<number> {
  const { by, what, withinMs } = options;
  const deadline = performance.now() + withinMs;
  while (!(await holds().catch(() => false))) {
    if (by !== undefined && !by.alive()) throw new Error(`${what}: the process ended\n${by.output()}`);
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms\n${by?.output() ?? ""}`);
    await new Promise((resolve) => setTimeout(resolve, options.everyMs));
  }
  return performance.now();
}

/** Middle value; the lower of two. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** @param p 0…1; the nearest rank. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}
