import { freePort } from "../../test/support/postgres.ts";
import { mineGrant } from "../chain/grants.ts";
import { launch, type Running } from "../process/launch.ts";
import type { Subject } from "../subjects/subject.ts";
import { connected, until, type World } from "./world.ts";

const LONGEST_MS = 120_000;
/** A standby has to have begun to stand by. */
const SETTLE_MS = 3_000;

/**
 * Two processes for one ledger; the one that writes is ended with SIGKILL. Seconds from then until a grant that was mined
 * right after is read by SQL, which only the other can have written.
 */
export async function measureTakeover(subject: Subject, { chain }: World, databaseUrl: string): Promise<number> {
  const { contract, startBlock, anvil } = chain;
  const base = { rpc: anvil.url, databaseUrl, contract, startBlock, pollMs: 100 };
  return connected(databaseUrl, async (client) => {
    const row = (): Promise<boolean> => subject.visible(client, chain.newest.credential);
    const bound = { everyMs: 5, withinMs: LONGEST_MS, what: `${subject.title}, takeover` };
    const writer = launch(await subject.launch({ ...base, port: await freePort() }));
    const others: Running[] = [];
    try {
      await mineGrant(chain);
      await until(row, bound);
      others.push(launch(await subject.launch({ ...base, port: await freePort() })));
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      const killed = performance.now();
      await writer.end("SIGKILL");
      await mineGrant(chain);
      return ((await until(row, bound)) - killed) / 1000;
    } finally {
      await Promise.all([writer, ...others].map((one) => one.end("SIGKILL")));
    }
  });
}
