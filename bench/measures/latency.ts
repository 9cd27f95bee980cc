import { freePort } from "../../test/support/postgres.ts";
import { mineGrant } from "../chain/grants.ts";
import { type BenchChain, startYoungChain } from "../chain/storedChain.ts";
import { launch } from "../process/launch.ts";
import type { Subject } from "../subjects/subject.ts";
import { connected, until, type World } from "./world.ts";

export interface Latency {
  /** Milliseconds from the node's answer that a block is mined until its grant is read by SQL, each time. */
  readonly row: readonly number[];
  /** The same through the indexer's own API; empty where it has none. */
  readonly answer: readonly number[];
}

const LONGEST_MS = 60_000;
/** Some wait half a minute for their own lock. */
const START_MS = 300_000;

/**
 * Mines at random moments of the polling interval and looks until the grant is there, on a small chain, where Anvil mines at
 * once. Rows and answers are looked for in turns: one client's questions must not slow the other's.
 * @param heads how it learns of new blocks: by polling every 100 ms, or as soon as it can.
 */
export async function measureLatency(
  subject: Subject,
  { postgres }: World,
  options: { heads: "poll" | "soonest"; samples: number },
): Promise<Latency> {
  const chain = await startYoungChain({ blocks: 20, eventsPerBlock: 10, eventsPerTransaction: 10 });
  try {
    return await measureOn(chain, subject, await postgres.createDatabase(), options);
  } finally {
    await chain.anvil.stop();
  }
}

async function measureOn(
  chain: BenchChain,
  subject: Subject,
  databaseUrl: string,
  options: { heads: "poll" | "soonest"; samples: number },
): Promise<Latency> {
  const { contract, startBlock, anvil } = chain;
  const soonest = options.heads === "soonest";
  const ws = soonest && subject.fastHeads === undefined ? { ws: anvil.url.replace("http:", "ws:") } : {};
  const pollMs = soonest && subject.fastHeads !== undefined ? subject.fastHeads.pollMs : 100;
  const run = { rpc: anvil.url, ...ws, databaseUrl, contract, startBlock, pollMs, port: await freePort() };
  return connected(databaseUrl, async (client) => {
    const indexer = launch(await subject.launch(run));
    const bound = { withinMs: LONGEST_MS, what: `${subject.title}, heads: ${options.heads}`, by: indexer };
    const measured = { row: [] as number[], answer: [] as number[] };
    try {
      const atHead = () => subject.visible(client, chain.newest.credential);
      await until(atHead, { ...bound, everyMs: 20, withinMs: START_MS });
      const { answers } = subject;
      for (let i = -5; i < options.samples; i++) {
        for (const by of ["row", "answer"] as const) {
          if (by === "answer" && answers === undefined) continue;
          const { grant, minedAt } = await mineGrant(chain, Math.random() * 150);
          const { credential, grantee } = grant;
          const asked = () =>
            by === "answer" && answers ? answers(run, credential, grantee) : subject.visible(client, credential);
          const seen = await until(asked, { ...bound, everyMs: 1 });
          // The first few warm up connections, plans and code.
          if (i >= 0) measured[by].push(seen - minedAt);
        }
      }
      return measured;
    } finally {
      await indexer.end("SIGTERM");
    }
  });
}
