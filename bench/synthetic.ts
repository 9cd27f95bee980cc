import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import pg from "pg";
import { startTestPostgres } from "../test/support/postgres.ts";
import { databaseCpu } from "./databaseCpu.ts";
import { CONTRACT } from "./syntheticChain.ts";

/**
 * Backfills of a synthetic chain, each into a new database, with what each process spent:
 * `node bench/synthetic.ts --blocks 2000 --runs 3 --delay 50`.
 */
const { values } = parseArgs({
  options: {
    blocks: { type: "string", default: "2000" },
    events: { type: "string", default: "100" },
    delay: { type: "string", default: "0" },
    runs: { type: "string", default: "3" },
    node: { type: "string", multiple: true, default: [] },
    backfill: { type: "string", default: fileURLToPath(new URL("./backfill.ts", import.meta.url)) },
  },
});
const CHAIN_ID = 31_337;
const postgres = await startTestPostgres({ durable: true });
const script = fileURLToPath(new URL("./syntheticNode.ts", import.meta.url));
const node = fork(script, [String(CHAIN_ID), values.blocks, values.events, values.delay], {
  stdio: ["ignore", "pipe", "inherit", "ipc"],
});
try {
  const [line] = (await once(node.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  const url = line.toString().trim();
  const expected = Number(values.blocks) * Number(values.events);
  for (let i = 0; i < Number(values.runs); i++) {
    const database = await postgres.createDatabase();
    const args = [...values.node, values.backfill, database, url, String(CHAIN_ID), CONTRACT, "1", String(expected)];
    const client = new pg.Client({ connectionString: database });
    // A failure elsewhere stops the server under it, and is the one to be shown.
    client.on("error", () => {});
    await client.connect();
    const before = await databaseCpu(client);
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 1_800_000 });
    const { events, seconds, maxRssMb, cpuSeconds } = JSON.parse(stdout);
    if (events !== expected) throw new Error(`expected ${expected} events, the ledger has ${events}`);
    const ofDatabase = (await databaseCpu(client)) - before;
    await client.end();
    node.send("count");
    const [{ requests, calls }] = await once(node, "message");
    process.stdout.write(
      `${(events / seconds).toFixed(0)} events/s, ${seconds.toFixed(2)} s, CPU: indexer ${cpuSeconds.toFixed(2)} s, database ${ofDatabase.toFixed(2)} s; ${maxRssMb.toFixed(0)} MB, ${requests} requests, ${calls} calls\n`,
    );
    if (i + 1 < Number(values.runs)) await drop(database);
  }
} finally {
  node.disconnect();
  await postgres.stop();
}

async function drop(database: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.replace(/[^/]*$/, "postgres") });
  await client.connect();
  await client.query(`DROP DATABASE ${database.split("/").at(-1)} WITH (FORCE)`);
  await client.end();
}
