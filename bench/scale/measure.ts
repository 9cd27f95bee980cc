import type pg from "pg";
import { freePort, type TestPostgres } from "../../test/support/postgres.ts";
import { BENCH_CHAIN_ID } from "../chain/chainId.ts";
import { connected, databaseCpu } from "../measures/world.ts";
import { launch, type Running } from "../process/launch.ts";
import { residentMb } from "../process/usage.ts";
import type { Subject } from "../subjects/subject.ts";
import type { SyntheticSize } from "../synthetic/block.ts";
import { startSyntheticNode } from "../synthetic/node.ts";

/** What it took to index a chain of one size, with the memory held on the way. */
export interface Scale {
  readonly events: number;
  readonly seconds: number;
  /** Of the indexer. */
  readonly cpuSeconds: number;
  /** Of the database server. */
  readonly databaseCpuSeconds: number;
  readonly peakRssMb: number;
  /** About two hundred: events done, seconds since the beginning, resident set. */
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly done: number;
  readonly seconds: number;
  readonly rssMb: number;
}

const SAMPLES = 200;
const SAMPLE_MS = 250;
const LONGEST_MS = 3 * 3_600_000;

export async function measureScale(
  subject: Subject,
  postgres: TestPostgres,
  size: SyntheticSize,
  say: (line: string) => void,
): Promise<Scale> {
  say(`making the synthetic chain of ${size.blocks * size.eventsPerBlock} events, or reading it`);
  const node = await startSyntheticNode(size, BENCH_CHAIN_ID);
  try {
    const databaseUrl = await postgres.createDatabase();
    const { url: rpc, contract, startBlock, events } = node;
    const how = await subject.launch({ rpc, databaseUrl, contract, startBlock, pollMs: 1_000, port: await freePort() });
    return await connected(databaseUrl, async (client) => {
      const before = await databaseCpu(client);
      const begun = performance.now();
      const indexer = launch(how);
      try {
        const samples = await watch(client, indexer, events, say);
        const seconds = (performance.now() - begun) / 1000;
        const usage = indexer.usage();
        const databaseCpuSeconds = (await databaseCpu(client)) - before;
        const counts = await subject.count(client);
        if (counts.events !== events || counts.grants !== events)
          throw new Error(`${counts.events} events and ${counts.grants} grants were written, expected ${events}`);
        const { cpuSeconds = Number.NaN, peakRssMb = Number.NaN } = usage ?? {};
        return { events, seconds, cpuSeconds, databaseCpuSeconds, peakRssMb, samples };
      } finally {
        await indexer.end("SIGTERM");
      }
    });
  } finally {
    await node.stop();
  }
}

/** Until the chain counts as live with all of its events. */
async function watch(
  client: pg.Client,
  indexer: Running,
  events: number,
  say: (line: string) => void,
): Promise<Sample[]> {
  const begun = performance.now();
  const samples: Sample[] = [];
  let said = 0;
  for (;;) {
    const { rows } = await client.query("SELECT status, last_seq FROM chain").catch(() => ({ rows: [] }));
    const done = Number(rows[0]?.last_seq ?? 0);
    const seconds = (performance.now() - begun) / 1000;
    const last = samples.at(-1)?.done ?? -1;
    if (done - last >= events / SAMPLES) samples.push({ done, seconds, rssMb: residentMb(indexer.pid) ?? Number.NaN });
    if (done - said >= events / 10) {
      said = done;
      say(`${done} of ${events} events after ${seconds.toFixed(0)} s, ${samples.at(-1)?.rssMb.toFixed(0)} MB`);
    }
    if (done === events && rows[0]?.status === "LIVE") return samples;
    if (!indexer.alive()) throw new Error(`the indexer ended:\n${indexer.output()}`);
    if (performance.now() - begun > LONGEST_MS) throw new Error(`not done in time:\n${indexer.output()}`);
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
  }
}
