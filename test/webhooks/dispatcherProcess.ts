/** A dispatcher as a process of its own, to be killed: `dispatcherProcess.ts <databaseUrl> <key in hex>`. */
import pino from "pino";
import { Dispatcher } from "../../indexer/webhooks/dispatcher.ts";
import { QUICK } from "./quick.ts";

const [databaseUrl = "", key = ""] = process.argv.slice(2);
new Dispatcher({
  ...{ databaseUrl, key: Buffer.from(key, "hex"), clock: Date.now, ...QUICK },
  log: pino({ level: process.env["TEST_LOG"] ?? "silent" }, pino.destination(2)),
});
process.stdout.write("started\n");
// Whoever started us is gone: a killed test run must leave nothing behind.
process.stdin.on("end", () => process.exit(1)).resume();
