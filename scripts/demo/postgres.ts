import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { OperatorError } from "../../indexer/ops/errors.ts";
import { say } from "../terminal/output.ts";
import { type Ending, endLeftover, lastLines, startInBackground } from "./background.ts";
import { createCluster } from "./cluster.ts";
import { freePort } from "./ports.ts";
import { postgresPrograms, serverUser } from "./postgresPrograms.ts";

export interface DemoPostgres {
  readonly port: number;
  /** URL of the database asked for. It holds the password: never shown. */
  readonly url: string;
  /** Drops everything that is in that database. */
  startAfresh(): Promise<void>;
  stop(): Promise<void>;
  kill(): void;
}

const FIRST_PORT = 5433;
const USER = "grantledger";
/** A server that was killed may have to recover first. */
const START_TIMEOUT_MS = 60_000;
/** Fast shutdown, then immediate (recovers at the next start), then no choice. */
const ENDING: Ending = [
  ["SIGINT", 5_000],
  ["SIGQUIT", 2_000],
  ["SIGKILL", 2_000],
];

/** PostgreSQL on 127.0.0.1 with its data below `folder`, and one database in it; made at the first start and kept. */
export async function startPostgres(folder: string, database: string): Promise<DemoPostgres> {
  const programs = await postgresPrograms();
  const user = serverUser(folder);
  const data = join(folder, "postgres");
  const password = passwordOf(folder, existsSync(data));
  if (await endLeftover(join(data, "postmaster.pid"), data, ENDING))
    say("  ended the PostgreSQL that an earlier run had left behind");
  if (!existsSync(data)) await createCluster({ programs, user, folder, data, name: USER, password });

  const port = await freePort("PostgreSQL", FIRST_PORT);
  const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories="];
  const [command = "", ...args] = [
    ...user.prefix,
    ...[programs.postgres, "-D", data, "-p", String(port)],
    ...settings.flatMap((setting) => ["-c", setting]),
  ];
  const logFile = join(folder, "postgres.log");
  const server = await startInBackground({ command, args, logFile, ending: ENDING, spawn: user.spawn });
  const url = (database: string) => `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`;
  try {
    await untilReady(url("postgres"), server.ended, logFile);
    await query(url("postgres"), async (client) => {
      const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [database]);
      if (rowCount === 0) await client.query(`CREATE DATABASE ${database}`);
    });
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    port,
    url: url(database),
    startAfresh: () =>
      query(url("postgres"), async (client) => {
        await client.query(`DROP DATABASE ${database} WITH (FORCE)`);
        await client.query(`CREATE DATABASE ${database}`);
      }),
    stop: server.stop,
    kill: server.kill,
  };
}

/** Made once; readable by its owner alone. */
function passwordOf(folder: string, clusterExists: boolean): string {
  const path = join(folder, "postgres.password");
  if (existsSync(path)) return readFileSync(path, "utf8").trim();
  if (clusterExists)
    throw new OperatorError(
      `${path} is gone, and with it the way into the data kept beside it: please delete ${folder}`,
    );
  const password = randomBytes(24).toString("base64url");
  writeFileSync(path, `${password}\n`, { mode: 0o600 });
  return password;
}

async function untilReady(url: string, ended: () => string | undefined, logFile: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      return await query(url, async (client) => void (await client.query("SELECT 1")));
    } catch (cause) {
      // 28P01: it is up and does not know the password; waiting does not help.
      const refused = cause instanceof pg.DatabaseError && cause.code === "28P01";
      if (ended() !== undefined || refused || Date.now() > deadline)
        throw new OperatorError(`the embedded PostgreSQL did not start. ${logFile} says:\n${lastLines(logFile)}`, {
          cause,
        });
      await sleep(50);
    }
  }
}

async function query(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A server that goes away in between fails the query; without a listener it would end the process as well.
  client.on("error", () => {});
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
