import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const INSTALL_MS = 10 * 60_000;

export const peerFolder = (name: string): string => fileURLToPath(new URL(`../peers/${name}`, import.meta.url));

/**
 * Installs a peer's packages into its own folder, by its lock file, if they are not there. No install script runs.
 * @returns whether it had to.
 */
export async function installPeer(name: string, say: (line: string) => void): Promise<boolean> {
  const folder = peerFolder(name);
  const lock = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  const marker = join(folder, "node_modules", ".installed-for-bench");
  if (existsSync(marker) && readFileSync(marker, "utf8") === lock) return false;
  say(`installing ${name} from npm (once)`);
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
  await run("npm", args, { cwd: folder, timeout: INSTALL_MS, maxBuffer: 1 << 24 });
  writeFileSync(marker, lock);
  return true;
}

/** The parts of a database's URL, as some take it. */
export function databaseParts(url: string): {
  host: string;
  port: string;
  user: string;
  password: string;
  name: string;
} {
  const { hostname, port, username, password, pathname } = new URL(url);
  return { host: hostname, port, user: username, password: decodeURIComponent(password), name: pathname.slice(1) };
}
