import { parseAddress } from "../indexer/grants/caip.ts";
import { startIndexer } from "../indexer/indexer.ts";
import { createLogger } from "../indexer/ops/log.ts";

/** A process of its own that indexes and serves, and prints its URL. Arguments: database, RPC, chain, contract, block. */
const [databaseUrl, rpc, chainId, contract, startBlock] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const indexer = await startIndexer({
  databaseUrl,
  chains: [
    {
      chainId: BigInt(chainId),
      name: "bench",
      rpc: [rpc],
      pollIntervalMs: 100,
      contracts: [{ name: "AccessGrants", address: parseAddress(contract), startBlock: BigInt(startBlock) }],
    },
  ],
  api: { host: "127.0.0.1", port: 0, explore: false, maxStalenessSeconds: 600 },
  log: createLogger("warn"),
});
process.stdout.write(`${indexer.url}\n`);
process.once("disconnect", () => void indexer.stop().then(() => process.exit(0)));
