import { join } from "node:path";
import type { ChainConfig, Config } from "../../indexer/config/config.ts";
import { OperatorError } from "../../indexer/ops/errors.ts";
import { say } from "../terminal/output.ts";
import { type DemoChain, startChains } from "./chains.ts";
import { LedgerView } from "./ledger.ts";
import { startPostgres } from "./postgres.ts";
import type { Running } from "./running.ts";

/** A database and chains, the operator's or ours. */
export interface Provided {
  readonly databaseUrl: string;
  readonly chains: readonly ChainConfig[];
  /** The local chains among them: both or none. */
  readonly local: readonly DemoChain[];
}

/** Starts what the configuration leaves out. What it started is in `running`, also when it throws. */
export async function provide(config: Config, folder: string, running: Running, stop: AbortSignal): Promise<Provided> {
  let databaseUrl = config.database?.url;
  let startAfresh: (() => Promise<void>) | undefined;
  if (databaseUrl === undefined) {
    say("Starting PostgreSQL (no database is configured)");
    // Apart, since what is known of the local chains would go stale beside the configured ones, and block answers.
    const postgres = await startPostgres(folder, config.chains.length > 0 ? "grantledger" : "demonstration");
    running.add({ name: "PostgreSQL", stop: postgres.stop, kill: postgres.kill });
    say(`  it listens on 127.0.0.1:${postgres.port} and keeps its data in ${join(folder, "postgres")}`);
    ({ url: databaseUrl, startAfresh } = postgres);
  }
  stop.throwIfAborted();
  if (config.chains.length > 0) return { databaseUrl, chains: config.chains, local: [] };

  say("Starting two local chains with AccessGrants (no chains are configured)");
  const local = await startChains(folder, ({ name, ...chain }) => running.add({ name: `chain ${name}`, ...chain }));
  for (const { name, chainId, url, contract } of local)
    say(`  ${name}: chain ${chainId} at ${url}, AccessGrants at ${contract}`);
  stop.throwIfAborted();
  await reconcile(databaseUrl, local, startAfresh);
  return { databaseUrl, chains: local.map((chain) => chain.config), local };
}

/** A local chain can lose its past, which a real one cannot: what was indexed from it is then of no use. */
async function reconcile(
  databaseUrl: string,
  local: readonly DemoChain[],
  startAfresh: (() => Promise<void>) | undefined,
): Promise<void> {
  const ledger = new LedgerView(databaseUrl);
  let contradiction: string | undefined;
  try {
    contradiction = await ledger.contradiction(local);
  } finally {
    await ledger.close();
  }
  if (contradiction === undefined) return;
  if (startAfresh === undefined)
    throw new OperatorError(
      `the configured database cannot go on with the local chains: ${contradiction}. Use an empty database for them`,
    );
  say(`  the kept demonstration database begins anew: ${contradiction}`);
  await startAfresh();
}
