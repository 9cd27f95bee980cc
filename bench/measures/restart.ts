import { freePort } from "../../test/support/postgres.ts";
import { mineGrant } from "../chain/grants.ts";
import { launch, type Running } from "../process/launch.ts";
import type { Run, Subject } from "../subjects/subject.ts";
import { connected, until, type World } from "./world.ts";

/** Some wait half a minute for their own lock, more than once. */
const LONGEST_MS = 300_000;

export interface Restart {
  readonly signal: "SIGTERM" | "SIGKILL";
  /** How long it took to end. */
  readonly endSeconds: number;
  /** From starting it again until the grant mined meanwhile was read by SQL. */
  readonly rowSeconds: number;
  /** The same through its own API; undefined where it has none. */
  readonly answerSeconds: number | undefined;
}

/**
 * An indexer that has caught up is ended, one block with a new grant is mined, and it is started again: an answer is right
 * when it knows that grant. What knew everything before, and says so at once, has not answered rightly.
 */
export async function measureRestart(
  subject: Subject,
  { chain }: World,
  databaseUrl: string,
  signal: "SIGTERM" | "SIGKILL",
): Promise<Restart> {
  const { contract, startBlock, anvil } = chain;
  const base = { rpc: anvil.url, databaseUrl, contract, startBlock, pollMs: 100 };
  return connected(databaseUrl, async (client) => {
    const start = async (): Promise<{ run: Run; indexer: Running; begun: number }> => {
      const run = { ...base, port: await freePort() };
      const how = await subject.launch(run);
      const begun = performance.now();
      return { run, indexer: launch(how), begun };
    };
    const row = (): Promise<boolean> => subject.visible(client, chain.newest.credential);
    const bound = (what: string, by: Running) => ({
      everyMs: 2,
      withinMs: LONGEST_MS,
      what: `${subject.title}, ${what}`,
      by,
    });

    const first = await start();
    try {
      await until(row, bound("at the head", first.indexer));
      // Time to settle: what runs after it has caught up belongs to running, not to restarting.
      await mineGrant(chain);
      await until(row, bound("at the head again", first.indexer));
    } catch (error) {
      await first.indexer.end("SIGKILL");
      throw error;
    }
    const endSeconds = await first.indexer.end(signal);
    const { grant } = await mineGrant(chain);

    const { run, indexer, begun } = await start();
    try {
      const answered = subject.answers;
      const looking = [until(row, bound("the row after a restart", indexer))];
      if (answered !== undefined) {
        const asked = () => answered(run, grant.credential, grant.grantee);
        looking.push(until(asked, bound("the answer after a restart", indexer)));
      }
      // Both to their end, also when one fails: nothing may go on asking over a connection that is closed.
      await Promise.allSettled(looking);
      const [seen = Number.NaN, told] = await Promise.all(looking);
      const since = (moment: number): number => (moment - begun) / 1000;
      return {
        signal,
        endSeconds,
        rowSeconds: since(seen),
        answerSeconds: told === undefined ? undefined : since(told),
      };
    } finally {
      await indexer.end("SIGTERM");
    }
  });
}
