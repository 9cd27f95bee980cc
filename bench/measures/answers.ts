import { freePort } from "../../test/support/postgres.ts";
import { launch } from "../process/launch.ts";
import type { Run, Subject } from "../subjects/subject.ts";
import { asks } from "./ask.ts";
import { type Load, load } from "./load.ts";
import { until, type World } from "./world.ts";

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
