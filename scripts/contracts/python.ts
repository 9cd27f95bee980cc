/** Tools from PyPI, each in an environment of its own in the cache, at the version that is stated here. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { say } from "../terminal/output.ts";
import { CACHE } from "./paths.ts";

/** What a script ends with that could not run here, by the custom of test runners: neither passed nor failed. */
export const SKIPPED = 77;

const OLDEST = [3, 11] as const;

export interface Tool {
  readonly name: string;
  /** As pip writes it, with its version. */
  readonly packages: readonly string[];
}

/** The folder of the tool's programs, or in one sentence what is missing. */
export function installed({ name, packages }: Tool): { readonly bin: string } | { readonly missing: string } {
  const folder = join(CACHE, "python", name);
  const bin = join(folder, "bin");
  const done = join(folder, `installed-${packages.join("-").replaceAll(/[^\w.-]/g, "_")}`);
  if (existsSync(done)) return { bin };

  const found = spawnSync("python3", ["-c", "import sys; print(*sys.version_info[:2])"], { encoding: "utf8" });
  if (found.status !== 0)
    return { missing: `${name} needs Python ${OLDEST.join(".")} or newer, and there is no python3.` };
  const [major = 0, minor = 0] = found.stdout.trim().split(" ").map(Number);
  if (major !== OLDEST[0] || minor < OLDEST[1]) {
    return { missing: `${name} needs Python ${OLDEST.join(".")} or newer, and python3 is ${major}.${minor}.` };
  }
  say(`Installing ${packages.join(" ")} from PyPI (once, a minute or so).`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const venv = spawnSync("python3", ["-m", "venv", folder], { encoding: "utf8" });
  if (venv.status !== 0)
    return { missing: `${name} needs Python's venv module: ${lastLine(venv.stdout + venv.stderr)}` };
  const pip = spawnSync(join(bin, "pip"), ["install", "--quiet", "--disable-pip-version-check", ...packages], {
    encoding: "utf8",
  });
  if (pip.status !== 0) return { missing: `${name} could not be installed from PyPI: ${lastLine(pip.stderr)}` };
  writeFileSync(done, "");
  return { bin };
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
