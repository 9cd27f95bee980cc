/**
 * The indexer of one chain as a process of its own, to be killed: `indexerProcess.ts <databaseUrl> <chain as JSON>`.
 * Runs until SIGTERM; writes its log to standard output.
 */
import { ChainRunner } from "../../indexer/chainRunner.ts";
import { parseAddress } from "../../indexer/grants/caip.ts";
import { createLogger } from "../../indexer/ops/log.ts";
import { VERIFIED } from "./reading.ts";

const [databaseUrl = "", json = "{}"] = process.argv.slice(2);
const { chainId, rpc, address, startBlock } = JSON.parse(json);
const runner = new ChainRunner({
  databaseUrl,
  chain: {
    chainId: BigInt(chainId),
    name: `Test ${chainId}`,
    rpc,
    pollIntervalMs: 20,
    contracts: [{ name: "AccessGrants", address: parseAddress(address), startBlock: BigInt(startBlock) }],
    reading: VERIFIED,
  },
  clock: Date.now,
  log: createLogger("info"),
});
process.once("SIGTERM", () => void runner.stop().then(() => process.exit(0)));
// Whoever started us is gone: a killed test run must leave nothing behind.
process.stdin.on("end", () => process.exit(1)).resume();
