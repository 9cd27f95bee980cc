import { ChainRunner } from "../../indexer/chainRunner.ts";
import type { ChainConfig } from "../../indexer/config/config.ts";
import type { ReadingMode } from "../../indexer/config/reading.ts";
import { parseAddress } from "../../indexer/grants/caip.ts";
import type { Clock } from "../../indexer/ops/clock.ts";
import { createLogger } from "../../indexer/ops/log.ts";
import { LINKED } from "./reading.ts";
import type { Traffic } from "./traffic.ts";

/** The indexer of one chain inside a test's own process, with what it logged. */
export interface Indexing {
  readonly runner: ChainRunner;
  /** What the runner wrote to its log, one JSON object each. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
}

export function chainConfig(
  traffic: Traffic,
  rpc: readonly string[] = [traffic.anvil.url],
  reading: ReadingMode = LINKED,
): ChainConfig {
  return {
    chainId: traffic.anvil.chainId,
    name: `Test ${traffic.anvil.chainId}`,
    rpc,
    pollIntervalMs: 20,
    contracts: [
      { name: "AccessGrants", address: parseAddress(traffic.address), startBlock: BigInt(traffic.startBlock) },
    ],
    reading,
  };
}

export function startIndexing(databaseUrl: string, chain: ChainConfig, clock: Clock = Date.now): Indexing {
  const lines: string[] = [];
  const log = createLogger("debug", { write: (line: string) => void lines.push(line) });
  const runner = new ChainRunner({ chain, databaseUrl, clock, log });
  return { runner, lines, stop: () => runner.stop() };
}
