import { subscribe } from "node:diagnostics_channel";
import pg from "pg";
import { ChainRunner } from "../indexer/chainRunner.ts";
import type { Verification } from "../indexer/config/reading.ts";
import { parseAddress } from "../indexer/grants/caip.ts";
import { migrate } from "../indexer/ledger/migrate.ts";
import { createLogger } from "../indexer/ops/log.ts";

/**
 * A process of its own that backfills one chain and prints what it took, so that its memory is its own.
 * Arguments: database URL, RPC URLs with commas between them, chain id, contract, start block, expected events; then, if not LINKED, the mode.
 */
const [databaseUrl, rpc, chainId, contract, startBlock, expected, verification = "LINKED"] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string,
  Verification?,
];
let requests = 0;
subscribe("undici:request:create", () => requests++);
await migrate(databaseUrl);
const client = new pg.Client({ connectionString: databaseUrl });
await client.connect();
const begun = performance.now();
const runner = new ChainRunner({
  chain: {
    chainId: BigInt(chainId),
    name: "bench",
    rpc: rpc.split(","),
    pollIntervalMs: 50,
    contracts: [{ name: "AccessGrants", address: parseAddress(contract), startBlock: BigInt(startBlock) }],
    reading: { verification, encoding: "ethereum", trustBlooms: true },
  },
  databaseUrl,
  clock: Date.now,
  log: createLogger("warn"),
});
const deadline = begun + 300_000;
while (performance.now() < deadline) {
  const { rows } = await client.query("SELECT status, last_seq FROM chain");
  if (rows[0]?.status === "LIVE" && rows[0].last_seq === expected) break;
  await new Promise((resolve) => setTimeout(resolve, 20));
}
const seconds = (performance.now() - begun) / 1000;
const events = (await client.query("SELECT count(*)::int AS n FROM event")).rows[0].n;
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
await runner.stop();
await client.end();
process.stdout.write(
  `${JSON.stringify({ events, seconds, requests, maxRssMb: maxRSS / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 })}\n`,
);
