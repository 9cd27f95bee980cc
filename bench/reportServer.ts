import { startApi } from "../indexer/api/server.ts";
import { createLogger } from "../indexer/ops/log.ts";

/** An API alone, in a process whose memory can be looked at: `reportServer.ts <database URL> <clock in seconds>`. */
const [databaseUrl = "", seconds = "0"] = process.argv.slice(2);
const api = await startApi({
  ...{ databaseUrl, host: "127.0.0.1", port: 0, explore: false, maxStalenessSeconds: 600 },
  ...{ clock: () => Number(seconds) * 1000, log: createLogger("warn") },
});
process.stdout.write(`serving ${api.url}\n`);
process.once("SIGTERM", () => void api.stop().then(() => process.exit(0)));
