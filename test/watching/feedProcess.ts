/**
 * An API with whoever keeps the transitions as a process of its own, to be killed: `feedProcess.ts <databaseUrl>`. Writes
 * its address to standard output and runs until its standard input ends.
 */
import pino from "pino";
import { startApi } from "../../indexer/api/server.ts";
import { TransitionKeeper } from "../../indexer/ledger/transitions/keeper.ts";

const [databaseUrl = ""] = process.argv.slice(2);
const log = pino({ level: process.env["TEST_LOG"] ?? "silent" }, pino.destination(2));
const keeper = new TransitionKeeper(databaseUrl, log);
const api = await startApi({
  ...{ databaseUrl, host: "127.0.0.1", port: 0, explore: false, maxStalenessSeconds: 60, clock: Date.now, log },
});
process.stdout.write(`${api.url}\n`);
// Whoever started us is gone: a killed test run must leave nothing behind.
process.stdin.on("end", () => process.exit(1)).resume();
process.once("SIGTERM", () => void Promise.all([keeper.stop(), api.stop()]).then(() => process.exit(0)));
