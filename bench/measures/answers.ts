import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { freePort } from "../../test/support/postgres.ts";
import { launch } from "../process/launch.ts";
import type { Run, Subject } from "../subjects/subject.ts";
import { asks } from "./ask.ts";
import { until, type World } from "./world.ts";

export interface Load {
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
}

const run = promisify(execFile);
const CANNON = createRequire(import.meta.url).resolve("autocannon/autocannon.js");
const CONNECTIONS = "20";
const LIST = 100;
/** Some wait half a minute for their own lock, more than once. */
const START_MS = 300_000;

/** @param seconds of measuring; warming up takes as long before. */
export async function measureAnswers(
  subject: Subject,
  { chain }: World,
  databaseUrl: string,
  seconds: number,
): Promise<Map<"point" | "list", Load>> {
  const { contract, startBlock, anvil } = chain;
  const how: Run = { rpc: anvil.url, databaseUrl, contract, startBlock, pollMs: 1000, port: await freePort() };
  const { questions, launchApi } = subject;
  if (questions === undefined) throw new Error(`${subject.title} has no API`);
  const processes = [launch(await subject.launch(launchApi === undefined ? how : { ...how, port: await freePort() }))];
  if (launchApi !== undefined) processes.push(launch(launchApi(how)));
  try {
    const { point, list } = questions(chain.newest);
    const url = (path: string): string => `http://127.0.0.1:${how.port}${path}`;
    // An answer that names what is looked for: not an error, and not from before the history was read.
    const answered = async (): Promise<boolean> =>
      /ALLOWED|0x[0-9a-f]{64}/.test(JSON.stringify(await asks(url(point.path), point.body)));
    const what = `${subject.title} answers`;
    for (const by of processes) await until(answered, { everyMs: 20, withinMs: START_MS, what, by });
    const listed = JSON.stringify(await asks(url(list.path), list.body)).match(/"seal"/g)?.length ?? 0;
    if (listed !== LIST) throw new Error(`${subject.title} lists ${listed} grants, expected ${LIST}`);
    const loads = new Map<"point" | "list", Load>();
    for (const [measure, { path, body }] of [
      ["point", point],
      ["list", list],
    ] as const)
      loads.set(measure, await load(url(path), JSON.stringify(body), seconds));
    return loads;
  } finally {
    await Promise.all(processes.map((one) => one.end("SIGTERM")));
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
