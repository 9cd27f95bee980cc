import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../test/support/postgres.ts";
import { newGrant } from "../chain/grants.ts";
import { startYoungChain } from "../chain/storedChain.ts";
import { launch } from "../process/launch.ts";
import type { Subject } from "../subjects/subject.ts";
import { connected, until, type World } from "./world.ts";

/** What a table of grants says after reorgs that it should have followed. */
export interface Reorgs {
  readonly expected: number;
  /** Grants of dropped branches that it still serves. */
  readonly wrong: number;
  /** Grants of the chain that it does not have. */
  readonly missing: number;
  /** Whether it was right in the end, and how long that took after the last block; undefined: it never was. */
  readonly rightAfterSeconds: number | undefined;
}

const ROUNDS = 5;
const DEPTH = 5;
const GRANTS_PER_BLOCK = 10;
const PATIENCE_MS = 60_000;
const START_MS = 300_000;
/** Between two reorgs: longer than any polling interval here. */
const PAUSE_MS = 1_500;

/**
 * Five reorgs of five blocks, each with other grants in the new blocks than in the old ones. After the last, the chain grows
 * by one block more (`grows`), as chains do, or stays at the height it had, and everybody has a minute to get it right.
 */
export async function measureReorgs(subject: Subject, { postgres }: World, grows: boolean): Promise<Reorgs> {
  const chain = await startYoungChain({ blocks: 20, eventsPerBlock: GRANTS_PER_BLOCK, eventsPerTransaction: 10 });
  const { anvil, contract, startBlock } = chain;
  const databaseUrl = await postgres.createDatabase();
  const run = { rpc: anvil.url, databaseUrl, contract, startBlock, pollMs: 100, port: await freePort() };
  try {
    return await connected(databaseUrl, async (client) => {
      const indexer = launch(await subject.launch(run));
      try {
        const bound = { withinMs: PATIENCE_MS, what: `${subject.title}, reorgs`, by: indexer };
        const seen = (credential: string) => () => subject.visible(client, credential);
        await until(seen(chain.newest.credential), { ...bound, everyMs: 50, withinMs: START_MS });
        const acts = async () =>
          Promise.all(Array.from({ length: GRANTS_PER_BLOCK }, () => newGrant(anvil, contract, 3)));
        for (let i = 0; i < DEPTH; i++) {
          for (const { act } of await acts()) await anvil.send("eth_sendTransaction", act);
          await anvil.send("evm_mine");
        }
        await sleep(PAUSE_MS);
        for (let round = 0; round < ROUNDS; round++) {
          const pairs: unknown[] = [];
          for (let block = 0; block < DEPTH; block++) for (const { act } of await acts()) pairs.push([act, block]);
          await anvil.send("anvil_reorg", DEPTH, pairs);
          await sleep(PAUSE_MS);
        }
        if (grows) await anvil.send("evm_mine");
        const last = performance.now();
        const truth = await credentialsOf(chain);
        const compare = async () => {
          const found = new Set(await subject.credentials(client));
          return {
            wrong: [...found].filter((one) => !truth.has(one)).length,
            missing: [...truth].filter((one) => !found.has(one)).length,
          };
        };
        const right = async (): Promise<boolean> => {
          const { wrong, missing } = await compare();
          return wrong === 0 && missing === 0;
        };
        const at = await until(right, { ...bound, everyMs: 100 }).catch(() => undefined);
        const rightAfterSeconds = at === undefined ? undefined : (at - last) / 1000;
        return { expected: truth.size, ...(await compare()), rightAfterSeconds };
      } finally {
        await indexer.end("SIGTERM");
      }
    });
  } finally {
    await anvil.stop();
  }
}

/** The grants of the chain as it is now, by the node's own word. */
async function credentialsOf({
  anvil,
  contract,
}: {
  anvil: { send<T>(method: string, ...params: unknown[]): Promise<T> };
  contract: string;
}): Promise<Set<string>> {
  const filter = { fromBlock: "0x0", toBlock: "latest", address: contract };
  const logs = await anvil.send<{ topics: string[] }[]>("eth_getLogs", filter);
  return new Set(logs.map(({ topics }) => topics[1] as string));
}
