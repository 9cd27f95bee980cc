import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, readLedger } from "../../test/support/ledger.ts";
import { assertEquals } from "../../test/support/oracle.ts";
import { freePort } from "../../test/support/postgres.ts";
import { readTruth } from "../../test/support/truth.ts";
import { connected, until } from "../measures/world.ts";
import { launch } from "../process/launch.ts";
import { serving } from "../subjects/serving.ts";
import type { ChainLoad } from "./chainLoad.ts";
import { type Sample, sample } from "./sampler.ts";

export interface Soaked {
  readonly samples: readonly Sample[];
  /** How the ledger differs from a chain at the end: what the oracle said first of each. Empty when it does not. */
  readonly differences: readonly string[];
}

const POLL_MS = 250;
const SETTLE_MS = 60_000;

/** One process follows all chains for so long; then the chains rest, and the ledger has to equal each. */
export async function soak(
  chains: readonly ChainLoad[],
  databaseUrl: string,
  options: { minutes: number; everyMs: number; signal: AbortSignal; onSample: (one: Sample) => void },
): Promise<Soaked> {
  const indexer = launch(
    await serving({
      databaseUrl,
      chains: chains.map(({ traffic }) => ({
        chainId: Number(traffic.anvil.chainId),
        rpc: [traffic.anvil.url],
        contract: traffic.address,
        startBlock: traffic.startBlock,
        pollMs: POLL_MS,
      })),
      port: await freePort(),
    }),
  );
  try {
    await indexer.line(/serving/, 60_000);
    return await connected(databaseUrl, async (client) => {
      const begun = performance.now();
      const samples: Sample[] = [];
      while (performance.now() - begun < options.minutes * 60_000 && !options.signal.aborted) {
        await sleep(options.everyMs, undefined, { signal: options.signal }).catch(() => {});
        if (!indexer.alive()) throw new Error(`the indexer ended:\n${indexer.output()}`);
        const one = await sample(client, indexer.pid, chains, begun);
        samples.push(one);
        options.onSample(one);
      }
      await Promise.all(chains.map((chain) => chain.rest()));
      const differences: string[] = [];
      for (const chain of chains) {
        const what = `chain ${chain.traffic.anvil.chainId} at rest`;
        await until(() => equals(chain, databaseUrl), { everyMs: 500, withinMs: SETTLE_MS, what }).catch(async () => {
          differences.push(await difference(chain, databaseUrl));
        });
      }
      return { samples, differences };
    });
  } finally {
    await indexer.end("SIGTERM");
  }
}

async function equals(chain: ChainLoad, databaseUrl: string): Promise<boolean> {
  return (await difference(chain, databaseUrl)) === "";
}

/** Every row of the ledger against the chain as its node shows it; empty when they agree. */
export async function difference({ traffic }: ChainLoad, databaseUrl: string): Promise<string> {
  const { anvil, address } = traffic;
  const client = await connect(databaseUrl);
  try {
    const truth = await readTruth(anvil.provider, address);
    const ledger = await readLedger(client, anvil.chainId);
    // As the configuration says, or earlier: history begins at the final block when that is older than the contract.
    assertEquals(ledger, truth, 0n);
    return "";
  } catch (error) {
    if (!(error instanceof assert.AssertionError)) throw error;
    return `chain ${anvil.chainId}: ${error.message.slice(0, 1000)}`;
  } finally {
    await client.end();
  }
}
