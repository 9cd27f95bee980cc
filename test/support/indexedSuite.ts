import type pg from "pg";
import type { ChainConfig } from "../../indexer/config/config.ts";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { type Act, SuiteTraffic } from "../api/suiteTraffic.ts";
import { startAnvil, type TestAnvil } from "./anvil.ts";
import { type Indexing, startIndexing } from "./indexing.ts";
import { connect, readLedger } from "./ledger.ts";
import { type Operator, operator } from "./ledgerCommand.ts";
import { startTestPostgres } from "./postgres.ts";
import { createRandom } from "./random.ts";
import { LINKED } from "./reading.ts";
import { indexedContracts } from "./suite.ts";
import { story } from "./suiteStory.ts";
import { until } from "./wait.ts";

/**
 * A ledger of the whole suite on one chain, with every kind of event, random acts, and a reorg that dropped some; and an
 * operator of it. The writer has ended.
 */
export interface IndexedSuite {
  readonly anvil: TestAnvil;
  readonly chain: ChainConfig;
  readonly databaseUrl: string;
  readonly sql: pg.Client;
  readonly ledger: Operator;
  /** Follows the chain again, until it is at the head. */
  follow(): Promise<Indexing>;
  stop(): Promise<void>;
}

export async function indexSuite(chainId: number, seed: number): Promise<IndexedSuite> {
  const closing: Closing[] = [];
  /** In the order opposite to that of starting; where setting up failed, of as much as was started. */
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    return { ...(await build(chainId, seed, closing)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Closing = () => Promise<unknown>;

async function build(chainId: number, seed: number, closing: Closing[]): Promise<Omit<IndexedSuite, "stop">> {
  const random = createRandom(seed);
  const postgres = await startTestPostgres();
  closing.push(() => postgres.stop());
  const anvil = await startAnvil({ chainId });
  closing.push(() => anvil.stop());
  const traffic = await SuiteTraffic.start(anvil);
  const contracts = indexedContracts(traffic.suite);
  const chain: ChainConfig = {
    chainId: anvil.chainId,
    name: "Suite",
    rpc: [anvil.url],
    pollIntervalMs: 20,
    contracts,
    reading: LINKED,
  };
  const databaseUrl = await postgres.createDatabase();
  await migrate(databaseUrl);
  const sql = await connect(databaseUrl);
  closing.push(() => sql.end());
  const follow = async (): Promise<Indexing> => {
    const indexing = startIndexing(databaseUrl, chain);
    closing.push(() => indexing.stop());
    const head = await anvil.provider.getBlock("latest");
    await until(`the ledger is at the head; ${indexing.runner.problem}`, async () => {
      const { chain: at } = await readLedger(sql, anvil.chainId);
      return at?.status === "LIVE" && at.indexed_hash === head?.hash;
    });
    return indexing;
  };

  let time = ((await anvil.provider.getBlock("latest"))?.timestamp ?? 0) + 10;
  const mine = async (acts: readonly Act[]): Promise<void> => {
    time += 10;
    await traffic.mine(time, acts);
  };
  for (const acts of story(traffic, time)) await mine(acts);
  for (let round = 0; round < 25; round++)
    await mine(Array.from({ length: 3 + random.int(4) }, () => traffic.random(random, time + 10)));
  await (await follow()).stop();
  await anvil.send("anvil_reorg", 4, [[traffic.transaction(traffic.random(random, time)), 1]]);
  await anvil.send("evm_mine");
  await (await follow()).stop();
  const ledger = await operator(databaseUrl, [chain]);
  closing.push(() => ledger.stop());
  return { anvil, chain, databaseUrl, sql, ledger, follow };
}
