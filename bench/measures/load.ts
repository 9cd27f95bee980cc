import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";

export interface Load {
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
}

const run = promisify(execFile);
const CANNON = createRequire(import.meta.url).resolve("autocannon/autocannon.js");
const CONNECTIONS = "20";

/** Asks the same over and over; the warm-up takes as long as the measurement. @throws Error when any answer is not 200. */
export async function load(url: string, body: string, seconds: number, authorization?: string): Promise<Load> {
  const warmUp = ["-W", "[", "-c", CONNECTIONS, "-d", String(seconds), "]"];
  const args = ["--json", "-c", CONNECTIONS, "-d", String(seconds), ...warmUp, "-m", "POST"];
  const key = authorization === undefined ? [] : ["-H", `authorization=${authorization}`];
  const { stdout } = await run(
    process.execPath,
    [CANNON, ...args, "-H", "content-type=application/json", ...key, "-b", body, url],
    { timeout: seconds * 2000 + 60_000, maxBuffer: 1 << 24 },
  );
  // One line for the warm-up, one for the measurement.
  const result = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as {
    requests: { average: number };
    latency: { p99: number };
    non2xx: number;
    errors: number;
  };
  if (result.non2xx + result.errors > 0) throw new Error(`${url}: ${result.non2xx} not 200, ${result.errors} failed`);
  return { requestsPerSecond: result.requests.average, p99Ms: result.latency.p99 };
}
