import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { postgresPrograms, serverUser } from "../../scripts/demo/postgresPrograms.ts";
import { freePort, type TestPostgres } from "./postgres.ts";
import { until } from "./wait.ts";

/** A real streaming replica of a test's PostgreSQL: a hot standby, whose replay can be held up. */
export interface TestReplica {
  readonly port: number;
  /** The same database there. */
  urlOf(databaseUrl: string): string;
  /** Holds replay up: what is committed on the primary from now on does not become visible here. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Waits until everything that is committed now is visible here. */
  caughtUp(): Promise<void>;
  /** Ends all its connections but the one that asks. */
  cutConnections(): Promise<void>;
  stop(): Promise<void>;
}

const run = promisify(execFile);
/** Of no use to a replica: the primary's process, its log of changes, its slots. */
const LEFT_OUT = ["postmaster.pid", "postmaster.opts", "pg_wal", "pg_replslot", "pg_stat_tmp"];

/** @param settings `name=value` beyond what a standby needs, such as `recovery_min_apply_delay=200ms`. */
export async function startReplica(primary: TestPostgres, settings: readonly string[] = []): Promise<TestReplica> {
  const folder = await mkdtemp(join(tmpdir(), "grantledger-test-replica-"));
  await chmod(folder, 0o711);
  const data = join(folder, "data");
  const port = await freePort();
  await backUp(primary, data);
  const server = await start(data, port, [`primary_conninfo=${connectionInfo(primary.adminUrl)}`, ...settings]);
  const urlOf = (databaseUrl: string): string => {
    const url = new URL(databaseUrl);
    url.port = String(port);
    return url.href;
  };
  const ask = <Row extends pg.QueryResultRow>(sql: string) => query<Row>(urlOf(primary.adminUrl), sql);
  await until("the replica answers", () => ask("SELECT 1"));
  return {
    port,
    urlOf,
    pause: async () => {
      await ask("SELECT pg_wal_replay_pause()");
      await until("replay is paused", async () => {
        const [row] = await ask<{ state: string }>("SELECT pg_get_wal_replay_pause_state() AS state");
        return row?.state === "paused";
      });
    },
    resume: async () => void (await ask("SELECT pg_wal_replay_resume()")),
    caughtUp: async () => {
      const [at] = await query<{ lsn: string }>(primary.adminUrl, "SELECT pg_current_wal_flush_lsn()::text AS lsn");
      await until("the replica has caught up", async () => {
        const [row] = await ask<{ there: boolean }>(`SELECT pg_last_wal_replay_lsn() >= '${at?.lsn}' AS there`);
        return row?.there === true;
      });
    },
    cutConnections: async () =>
      void (await ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
      )),
    stop: async () => {
      await end(server);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * A base backup by the primary's own functions, while it runs: pg_basebackup is not among the programs that come with the
 * tests (https://www.postgresql.org/docs/18/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP).
 */
async function backUp(primary: TestPostgres, data: string): Promise<void> {
  const client = new pg.Client({ connectionString: primary.adminUrl });
  await client.connect();
  try {
    await client.query("SELECT pg_backup_start('replica', true)");
    await mkdir(data, { mode: 0o700 });
    for (const name of await readdir(primary.data))
      if (!LEFT_OUT.includes(name)) await run("cp", ["-a", join(primary.data, name), data]);
    const { rows } = await client.query<{ labelfile: string }>("SELECT labelfile FROM pg_backup_stop(false)");
    await writeFile(join(data, "backup_label"), rows[0]?.labelfile ?? "");
    await writeFile(join(data, "standby.signal"), "");
    for (const name of ["pg_wal", "pg_wal/summaries", "pg_wal/archive_status", "pg_replslot", "pg_stat_tmp"])
      await mkdir(join(data, name), { mode: 0o700 });
  } finally {
    await client.end();
  }
}

async function start(data: string, port: number, settings: readonly string[]): Promise<ChildProcess> {
  const programs = await postgresPrograms();
  const user = serverUser(join(data, ".."));
  if (user.owner) await run("chown", ["-R", `${user.owner.uid}:${user.owner.gid}`, data]);
  const options = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "hot_standby=on",
    ...settings,
  ];
  const [command = "", ...args] = [
    ...[...user.prefix, programs.postgres, "-D", data, "-p", String(port)],
    ...options.flatMap((setting) => ["-c", setting]),
  ];
  const server = spawn(command, args, { ...user.spawn, stdio: ["ignore", "ignore", "pipe"] });
  const said: string[] = [];
  server.stderr?.setEncoding("utf8").on("data", (text: string) => void said.push(text));
  await until("the replica starts", () => {
    if (server.exitCode !== null) throw new Error(said.join(""));
    return said.some((text) => text.includes("ready to accept read-only connections"));
  });
  return server;
}

const connectionInfo = (url: string): string => {
  const { hostname, port, username, password } = new URL(url);
  return `host=${hostname} port=${port} user=${username} password=${password}`;
};

/** Fast shutdown; one that does not end is killed. */
async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = once(server, "exit");
  server.kill("SIGINT");
  const timer = setTimeout(() => server.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(timer);
}

async function query<Row extends pg.QueryResultRow>(connectionString: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}
