import { connect, readLedger } from "../../support/ledger.ts";
import { sleepMs } from "../../support/wait.ts";
import { openTransaction, slowDown, speedUp } from "../../support/writerWatch.ts";
import { touching } from "../model/acts.ts";
import type { Step } from "./plan.ts";
import { quiet } from "./quiet.ts";
import type { World, WorldChain } from "./world.ts";

/** What happens in a world, step by step. */

/** A step waits for the indexer's requests, but not for one that is waiting itself. */
const PATIENCE_MS = 1_500;
/** How long a kill waits to meet a transaction. */
const AIM_MS = 300;

export async function take(world: World, step: Step): Promise<void> {
  await carryOut(world, step, world.chains[step.chain] as WorldChain);
  if (step.requests > 0) await world.server.served(step.requests, PATIENCE_MS);
}

async function carryOut(world: World, step: Step, on: WorldChain): Promise<void> {
  const { chain } = on;
  switch (step.type) {
    case "mine":
      for (let i = 0; i < step.blocks; i++) await chain.mine(chain.acts(step.busy));
      return;
    case "fork": {
      const depth = Math.min(step.depth, chain.head.number - Math.max(chain.finalized, chain.startBlock));
      if (depth > 0) await chain.fork(depth, step.length, () => chain.acts(step.busy));
      return;
    }
    case "return": {
      const tip = chain.left.findLast((one) => chain.forkPoint(one) >= Math.max(chain.finalized, chain.startBlock));
      if (tip !== undefined) chain.return(tip);
      return;
    }
    case "finalize":
      return chain.finalize(chain.head.number - step.behind, chain.head.number - Math.floor(step.behind / 2));
    case "fault": {
      const place = { chain, foreign: world.foreign, random: world.random };
      return on.endpoints[step.endpoint]?.begin(step.name, place, step.times);
    }
    case "kill":
      if (step.inTransaction) await untilWriting(world, on);
      else await sleepMs(step.pauseMs);
      await world.indexer.kill();
      world.kills += 1;
      return world.start();
    case "stop":
      await world.indexer.stop();
      return world.start();
    case "terminate":
      return terminate(world);
    case "restartPostgres":
      return world.databases.restart();
    case "quiet":
      return quiet(world);
    case "reach":
      return reached(world, on);
    case "heal":
      for (const endpoint of on.endpoints) endpoint.heal();
      return;
    case "touch":
      return chain.mine(touching(chain.head.contracts));
  }
}

const REACH_MS = 10_000;

async function reached(world: World, { chain }: WorldChain): Promise<void> {
  const sql = await connect(world.databaseUrl);
  try {
    const deadline = Date.now() + REACH_MS;
    const at = async (): Promise<bigint> => (await readLedger(sql, chain.chainId)).chain?.indexed_number ?? -1n;
    while (Date.now() < deadline && (await at()) < BigInt(chain.head.number)) await sleepMs(5);
  } finally {
    await sql.end();
  }
}

/** Slows writing down, gives the chain something to write, and waits until a transaction is open. */
async function untilWriting(world: World, { chain }: WorldChain): Promise<void> {
  const sql = await connect(world.databaseUrl);
  try {
    await slowDown(sql, 0.01);
    await chain.mine(chain.acts(1));
    const deadline = Date.now() + AIM_MS;
    while (Date.now() < deadline && (await openTransaction(sql, chain.chainId)) === undefined) await sleepMs(1);
    await sleepMs(world.random.int(40));
    await speedUpLater(world);
  } finally {
    await sql.end();
  }
}

/** The triggers go once the killed writer's locks are gone. */
async function speedUpLater(world: World): Promise<void> {
  await world.indexer.kill();
  const sql = await connect(world.databaseUrl);
  try {
    await speedUp(sql);
  } finally {
    await sql.end();
  }
}

/** Every connection of the indexer is cut by the server. */
async function terminate(world: World): Promise<void> {
  const sql = await connect(world.databaseUrl);
  try {
    await sql.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'grantledger%'`,
    );
  } finally {
    await sql.end();
  }
}
