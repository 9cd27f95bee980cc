import { execFile } from "node:child_process";
import { chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { PostgresPrograms, ServerUser } from "./postgresPrograms.ts";

export interface NewCluster {
  readonly programs: PostgresPrograms;
  readonly user: ServerUser;
  /** Where temporary files go. */
  readonly folder: string;
  /** Where the data will be. */
  readonly data: string;
  /** The database's superuser. */
  readonly name: string;
  readonly password: string;
}

const INITDB_TIMEOUT_MS = 60_000;

/** Makes the data folder of a PostgreSQL server. It appears whole or not at all: an interrupted one begins anew. */
export async function createCluster({ programs, user, folder, data, name, password }: NewCluster): Promise<void> {
  const draft = `${data}.new`;
  const passwordFile = join(folder, "initdb.password");
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user.owner) for (const path of [draft, passwordFile]) chownSync(path, user.owner.uid, user.owner.gid);
  const [command = "", ...args] = [
    ...user.prefix,
    ...[programs.initdb, "--pgdata", draft, "--username", name, "--pwfile", passwordFile, "--auth", "scram-sha-256"],
    ...["--encoding", "UTF8", "--locale", "C", "--no-sync"],
  ];
  try {
    await promisify(execFile)(command, args, { ...user.spawn, timeout: INITDB_TIMEOUT_MS });
    renameSync(draft, data);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}
