import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { freePort } from "../../test/support/postgres.ts";
import { launch } from "../process/launch.ts";
import type { Run, Subject } from "../subjects/subject.ts";
import { until, type World } from "./world.ts";

export interface Load {
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
}

const run = promisify(execFile);
const CANNON = createRequire(import.meta.url).resolve("autocannon/autocannon.js");
const CONNECTIONS = "20";

/** @param seconds of measuring; warming up takes as long before. */
export async function measureAnswers(
  subject: Subject,
  { chain }: World,
  databaseUrl: string,
  seconds: number,
): Promise<Map<"point" | "list", Load>> {
  const { contract, startBlock, anvil } = chain;
  const how: Run = { rpc: anvil.url, databaseUrl, contract, startBlock, pollMs: 1000, port: await freePort() };
  const indexer = launch(await subject.launch(how));
  try {
    const { answers, questions } = subject;
    if (answers === undefined || questions === undefined) throw new Error(`${subject.title} has no API`);
    const { credential, grantee } = chain.newest;
    const bound = { everyMs: 20, withinMs: 120_000, what: `${subject.title} answers`, by: indexer };
    await until(() => answers(how, credential, grantee), bound);
    const { point, list } = questions(chain.newest);
    const loads = new Map<"point" | "list", Load>();
    for (const [measure, { path, body }] of [
      ["point", point],
      ["list", list],
    ] as const)
      loads.set(measure, await load(`http://127.0.0.1:${how.port}${path}`, JSON.stringify(body), seconds));
    return loads;
  } finally {
    await indexer.end("SIGTERM");
  }
}

async function load(url: string, body: string, seconds: number): Promise<Load> {
  const warmUp = ["-W", "[", "-c", CONNECTIONS, "-d", String(seconds), "]"];
  const args = ["--json", "-c", CONNECTIONS, "-d", String(seconds), ...warmUp, "-m", "POST"];
  const { stdout } = await run(
    process.execPath,
    [CANNON, ...args, "-H", "content-type=application/json", "-b", body, url],
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
