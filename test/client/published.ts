import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** A project of somebody else, in which the client is installed as it is published. */

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Project {
  readonly folder: string;
  /** Where the package lies in it. */
  readonly installed: string;
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

export async function installPublished(): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "grantledger-client-"));
  const installed = join(folder, "node_modules/grantledger");
  await mkdir(installed, { recursive: true });
  await run(process.execPath, [join(ROOT, "scripts/client/build.ts"), "--out", installed], { timeout: 300_000 });
  await writeFile(join(folder, "package.json"), '{ "type": "module" }\n');
  return {
    folder,
    installed,
    async write(name, text) {
      const path = join(folder, name);
      await writeFile(path, text);
      return path;
    },
    remove: () => rm(folder, { recursive: true }),
  };
}
