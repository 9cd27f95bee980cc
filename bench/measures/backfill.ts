import { freePort } from "../../test/support/postgres.ts";
import { launch } from "../process/launch.ts";
import type { Run, Subject } from "../subjects/subject.ts";
import { connected, databaseCpu, until, type World } from "./world.ts";

/** From an empty database to the last grant of the chain, everything that has to start included. */
export interface Backfill {
  readonly events: number;
  readonly seconds: number;
  /** Of the indexer's processes; undefined where that cannot be told (usage.ts). */
  readonly cpuSeconds: number | undefined;
  readonly peakRssMb: number | undefined;
  /** Of the whole database server meanwhile. */
  readonly databaseCpuSeconds: number;
  /** Where it wrote. */
  readonly databaseUrl: string;
}

const LONGEST_MS = 20 * 60_000;

export async function measureBackfill(
  subject: Subject,
  { chain, postgres }: World,
  rpc = chain.anvil.url,
): Promise<Backfill> {
  const databaseUrl = await postgres.createDatabase();
  const { contract, startBlock } = chain;
  const run: Run = { rpc, databaseUrl, contract, startBlock, pollMs: 100, port: await freePort() };
  return connected(databaseUrl, async (client) => {
    const before = await databaseCpu(client);
    const how = await subject.launch(run);
    const begun = performance.now();
    const indexer = launch(how);
    try {
      const bound = { withinMs: LONGEST_MS, what: `${subject.title} reads the history`, by: indexer };
      // The newest grant is looked up by an index that all have: counting would cost the database more than some need.
      const newest = (): Promise<boolean> => subject.visible(client, chain.newest.credential);
      const seen = await until(newest, { ...bound, everyMs: 20 });
      const usage = indexer.usage();
      const databaseCpuSeconds = (await databaseCpu(client)) - before;
      const counted = async (): Promise<boolean> => {
        const { events, grants } = await subject.count(client);
        return events === chain.events && grants === chain.events;
      };
      const all = (await counted()) ? seen : await until(counted, { ...bound, everyMs: 50 });
      return {
        events: chain.events,
        seconds: (all - begun) / 1000,
        cpuSeconds: usage?.cpuSeconds,
        peakRssMb: usage?.peakRssMb,
        databaseCpuSeconds,
        databaseUrl,
      };
    } finally {
      await indexer.end("SIGTERM");
    }
  });
}
