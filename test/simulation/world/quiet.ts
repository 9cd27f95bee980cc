import type pg from "pg";
import { connect, type Ledger, readLedger } from "../../support/ledger.ts";
import { assertEquals, assertFinality } from "../../support/oracle.ts";
import { until } from "../../support/wait.ts";
import { assertGrants } from "./agreement.ts";
import { truthOf } from "./expected.ts";
import { assertPast } from "./past.ts";
import type { World, WorldChain } from "./world.ts";

/** Waiting until nothing moves, and comparing everything then. */

/** Far more than it takes, on a machine that has much else to do. */
export const SETTLES_WITHIN_MS = 60_000;

/** Every chain stands still and its nodes tell the truth: the ledger has to come to agree with the model. */
export async function quiet(world: World, chains: readonly WorldChain[] = world.chains): Promise<void> {
  heal(world);
  // A node that forgot its finality when history began has us begin at the start block: what is final before that has no label.
  for (const { chain } of chains)
    if (chain.finalized < chain.startBlock && chain.head.number >= chain.startBlock)
      chain.finalize(chain.startBlock, Math.max(chain.safe, chain.startBlock));
  await restartedWhereStopped(world);
  const sql = await connect(world.databaseUrl);
  try {
    for (const one of chains) {
      const ledger = await settled(world, one, sql);
      const truth = truthOf(one.chain);
      assertEquals(ledger, truth, BigInt(one.chain.startBlock));
      assertFinality(ledger, truth);
      assertGrants(ledger, one.chain.head.contracts);
      // A verified word cannot be kept back.
      const hides = world.mode !== "VERIFIED" && world.met.has("hiddenLogs");
      one.recorded = assertPast(ledger, one.chain, one.recorded, { mode: world.mode, hides });
    }
  } finally {
    await sql.end();
  }
}

export function heal(world: World): void {
  for (const { endpoints } of world.chains) for (const endpoint of endpoints) endpoint.heal();
}

/** An operator corrects the address of a node that served another chain, and starts the process again. */
async function restartedWhereStopped(world: World): Promise<void> {
  if (!world.indexer.alive || / serves chain 99, the configuration says /.test(world.indexer.output)) {
    await world.indexer.stop();
    await world.start();
  }
}

async function settled(world: World, { chain }: WorldChain, sql: pg.Client): Promise<Ledger> {
  let ledger: Ledger | undefined;
  await until(
    `chain ${chain.chainId} is at its head ${chain.head.number}`,
    async () => {
      ledger = await readLedger(sql, chain.chainId);
      const row = ledger.chain;
      return (
        row?.status === "LIVE" &&
        row.indexed_hash === chain.head.hash &&
        row.head_number === BigInt(chain.head.number) &&
        row.finalized_number === BigInt(chain.finalized) &&
        row.safe_number === BigInt(chain.safe)
      );
    },
    { withinMs: world.options.settlesWithinMs ?? SETTLES_WITHIN_MS },
  ).catch((error) => {
    const { status, indexed_number, head_number, finalized_number, safe_number } = ledger?.chain ?? {};
    const stands = `${status} ${indexed_number} of ${head_number}, safe ${safe_number}, final ${finalized_number}`;
    const want = `${chain.head.number}, safe ${chain.safe}, final ${chain.finalized}`;
    throw new Error(`it stands at ${stands}, and has to come to ${want}\n${world.indexer.output.slice(-3000)}`, {
      cause: error,
    });
  });
  return ledger as Ledger;
}
