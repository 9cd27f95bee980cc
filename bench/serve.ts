import type { Verification } from "../indexer/config/reading.ts";
import { parseAddress } from "../indexer/grants/caip.ts";
import { startIndexer } from "../indexer/indexer.ts";
import { createLogger } from "../indexer/ops/log.ts";

/** What `serve.ts` is told, as JSON. */
export interface ServeOptions {
  readonly databaseUrl: string;
  readonly chains: readonly {
    readonly chainId: number;
    readonly rpc: readonly string[];
    readonly contract: string;
    readonly startBlock: number;
    readonly pollMs: number;
    /** Default: LINKED. */
    readonly verification?: Verification;
  }[];
  readonly port: number;
}

/**
 * A process of its own that indexes and serves, as an operator's does: `serve.ts <ServeOptions as JSON>`. Says so in a line
 * when the API listens; ends at SIGTERM.
 */
const options = JSON.parse(process.argv[2] ?? "{}") as ServeOptions;
const indexer = await startIndexer({
  databaseUrl: options.databaseUrl,
  chains: options.chains.map(({ chainId, rpc, contract, startBlock, pollMs, verification = "LINKED" }) => ({
    chainId: BigInt(chainId),
    name: `bench ${chainId}`,
    rpc,
    pollIntervalMs: pollMs,
    contracts: [{ name: "AccessGrants", address: parseAddress(contract), startBlock: BigInt(startBlock) }],
    reading: { verification, encoding: "ethereum", trustBlooms: true },
  })),
  api: { host: "127.0.0.1", port: options.port, explore: false, maxStalenessSeconds: 600 },
  log: createLogger("warn"),
});
process.stdout.write(`serving ${indexer.url}\n`);
process.once("SIGTERM", () => void indexer.stop().then(() => process.exit(0)));
