import { connect, readLedger } from "../../support/ledger.ts";
import { until } from "../../support/wait.ts";
import type { FaultName } from "../faults/catalogue.ts";
import { assertChecks, assertQuarantined } from "./agreement.ts";
import { Questions } from "./ask.ts";
import { WorldDatabases } from "./database.ts";
import { assertEveryPair } from "./everyPair.ts";
import type { Plan } from "./plan.ts";
import type { Push } from "./pushes.ts";
import { heal, quiet, SETTLES_WITHIN_MS } from "./quiet.ts";
import { Remembered } from "./remembered.ts";
import { take } from "./steps.ts";
import { World, type WorldOptions } from "./world.ts";

/** What a world was, for whoever wonders whether anything happened in it. */
export interface WorldReport {
  readonly blocks: number;
  readonly events: number;
  readonly retracted: number;
  /** Read as final history, from two endpoints. */
  readonly ranged: number;
  readonly kills: number;
  readonly met: ReadonlyMap<FaultName, number>;
  /** What endpoints pushed to whoever had subscribed. */
  readonly pushed: ReadonlyMap<Push, number>;
  readonly reasons: ReadonlyMap<string, number>;
  /** Answers about all pairs, block after block, that are the model's. */
  readonly compared: number;
  /** Answers that were given again by what was known when they were given first. */
  readonly again: number;
}

/** How many checks are asked of each world. */
const CHECKS = 50;
/** At how many blocks lists are asked for, beside the checks of every block. */
const LISTS = 40;

/**
 * Carries out a plan and compares what became of it.
 * @throws an error with the line that does the same again.
 */
export async function run(plan: Plan, shared: WorldDatabases, options: WorldOptions = {}): Promise<WorldReport> {
  const databases = plan.ownPostgres ? await WorldDatabases.start() : shared;
  const world = await World.open(plan, databases, options);
  try {
    const chains = world.chains.map(({ chain }) => chain);
    const questions = await Questions.open(world.databaseUrl);
    try {
      const remembered = new Remembered(questions);
      await world.start();
      for (const step of plan.steps) {
        await take(world, step);
        await remembered.ask(chains, world.random, 2);
      }
      await quiet(world);
      const reasons = await assertChecks(questions, chains, world.random, CHECKS);
      const compared = await assertEveryPair(questions, chains, world.random, LISTS);
      if (plan.pastFinality) await contradict(world, questions);
      const again = await remembered.assertAgain();
      const events = world.chains.flatMap(({ recorded }) => [...recorded.values()]);
      return {
        blocks: chains.reduce((sum, { canonical }) => sum + canonical.length, 0),
        events: events.length,
        retracted: events.filter(({ retracted_at }) => retracted_at !== null).length,
        ranged: events.filter(({ verification }) => verification === "RANGED").length,
        ...{ kills: world.kills, met: world.met, pushed: world.pushed, reasons, compared, again },
      };
    } finally {
      await questions.close();
    }
  } catch (error) {
    throw new Error(`seed ${plan.seed}: ${error instanceof Error ? error.message : error}\nagain: ${plan.again}`, {
      cause: error,
    });
  } finally {
    await world.close();
    if (plan.ownPostgres) await databases.stop();
  }
}

/** The first chain leaves what was final: it is quarantined, keeps what it had, and the others go on. */
async function contradict(world: World, questions: Questions): Promise<void> {
  const [first, ...others] = world.chains;
  if (first === undefined) return;
  const { chain } = first;
  chain.finalize(chain.head.number - 1, chain.head.number);
  await quiet(world);
  const sql = await connect(world.databaseUrl);
  try {
    const before = await readLedger(sql, chain.chainId);
    const depth = chain.head.number - chain.finalized + 1 + world.random.int(3);
    const length = depth + 1 + world.random.int(5);
    await chain.fork(Math.min(depth, chain.head.number - chain.startBlock), length, () => chain.acts(0.8));
    for (const other of others) await other.chain.mine(other.chain.acts(1));
    heal(world);
    const after = await until(
      `chain ${chain.chainId} is quarantined`,
      async () => {
        const ledger = await readLedger(sql, chain.chainId);
        return ledger.chain?.status === "QUARANTINED" && ledger;
      },
      { withinMs: world.options.settlesWithinMs ?? SETTLES_WITHIN_MS },
    );
    if (JSON.stringify(after.events.length) !== JSON.stringify(before.events.length))
      throw new Error("a quarantined chain lost or took up events");
    await quiet(world, others);
    await assertQuarantined(questions, chain);
  } finally {
    await sql.end();
  }
}
