import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ESBUILD = fileURLToPath(new URL("../../node_modules/esbuild", import.meta.url));
const SCRIPTS = fileURLToPath(new URL("../../scripts/", import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A project that holds nothing but the scripts of the set-up and one to run, with an `npm` on its PATH that takes a
 * moment, notes how it was called and installs a node_modules of three packages.
 */
export class Project {
  readonly root = mkdtempSync(join(tmpdir(), "grantledger-setup-"));
  readonly #bin = join(this.root, "bin");

  constructor() {
    for (const folder of ["bin", "scripts"]) mkdirSync(join(this.root, folder));
    cpSync(join(SCRIPTS, "run.mjs"), join(this.root, "scripts/run.mjs"));
    cpSync(join(SCRIPTS, "setup"), join(this.root, "scripts/setup"), { recursive: true });
    this.write("scripts/hello.ts", `process.stdout.write("hello " + process.argv.slice(2)); process.exit(7);`);
    this.write("package.json", JSON.stringify({ devDependencies: { node: process.versions.node } }));
    this.write("package-lock.json", JSON.stringify(this.lockfile("sha512-one")));
    symlinkSync(process.execPath, join(this.#bin, "node"));
    this.program("npm", this.installs());
    this.program("npx", this.installs());
  }

  lockfile(integrity: string): object {
    return {
      packages: {
        "": { devDependencies: { node: process.versions.node } },
        "node_modules/node": { version: process.versions.node, integrity },
        "node_modules/elsewhere": { version: "1.0.0", integrity: "sha512-other-platform", optional: true },
      },
    };
  }

  /** Shell commands of an npm that works. */
  installs(): string {
    return `echo "$(basename "$0") $*" >> calls
sleep 0.3
rm -rf node_modules
mkdir -p node_modules/.bin node_modules/@nomicfoundation/edr
ln -s '${ESBUILD}' node_modules/esbuild
ln -s '${process.execPath}' node_modules/.bin/node
echo '{}' > node_modules/@nomicfoundation/edr/index.json
echo '{"main":"index.json"}' > node_modules/@nomicfoundation/edr/package.json`;
  }

  program(name: string, commands: string): void {
    const path = join(this.#bin, name);
    rmSync(path, { force: true });
    writeFileSync(path, `#!/bin/sh\n${commands}\n`);
    chmodSync(path, 0o755);
  }

  write(path: string, content: string): void {
    writeFileSync(join(this.root, path), content);
  }

  /** How npm and npx were called, oldest first. */
  calls(): string[] {
    try {
      return readFileSync(join(this.root, "calls"), "utf8").trim().split("\n");
    } catch {
      return [];
    }
  }

  spawn(...args: string[]) {
    const env = { ...process.env, PATH: `${this.#bin}:/usr/bin:/bin` };
    return spawn(process.execPath, ["scripts/run.mjs", ...args], { cwd: this.root, env });
  }

  async run(...args: string[]): Promise<Outcome> {
    return outcomeOf(this.spawn(...args));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

export async function outcomeOf(child: ReturnType<Project["spawn"]>): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}
