import { parseAddress } from "../indexer/grants/caip.ts";
import { startIndexer } from "../indexer/indexer.ts";
import { createLogger } from "../indexer/ops/log.ts";
import { BENCH_CHAIN_ID } from "./chain/chainId.ts";

/**
 * A process of its own that indexes one chain and serves: `serve.ts <options as JSON>`. Says so in a line when the API
 * listens; ends at SIGTERM.
 */
const options = JSON.parse(process.argv[2] ?? "{}") as {
  rpc: string[];
  databaseUrl: string;
  contract: string;
  startBlock: number;
  pollMs: number;
  port: number;
  chainId?: number;
};
const chainId = options.chainId ?? BENCH_CHAIN_ID;
const indexer = await startIndexer({
  databaseUrl: options.databaseUrl,
  chains: [
    {
      chainId: BigInt(chainId),
      name: "bench",
      rpc: options.rpc,
      pollIntervalMs: options.pollMs,
      contracts: [
        { name: "AccessGrants", address: parseAddress(options.contract), startBlock: BigInt(options.startBlock) },
      ],
    },
  ],
  api: { host: "127.0.0.1", port: options.port, explore: false, maxStalenessSeconds: 600 },
  log: createLogger("warn"),
});
process.stdout.write(`serving ${indexer.url}\n`);
process.once("SIGTERM", () => void indexer.stop().then(() => process.exit(0)));
