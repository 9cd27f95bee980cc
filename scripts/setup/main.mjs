import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runPinned } from "./pinned.mjs";
import { SetupError } from "./progress.mjs";
import { setUp } from "./setup.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Runs in one piece, which takes half a second instead of one and a half to start. The others start once, for long. */
const START = "scripts/start.ts";

/** Sets up if needed and runs scripts/<name>.ts. Returns the exit code. */
export async function main([name, ...args]) {
  if (name !== undefined && !(/^[a-z]+$/.test(name) && existsSync(join(root, "scripts", `${name}.ts`)))) {
    process.stderr.write(`There is no scripts/${name}.ts to run.\n`);
    return 1;
  }
  try {
    const script = name === undefined ? START : `scripts/${name}.ts`;
    const program = await setUp(root, script === START && existsSync(join(root, START)) ? START : undefined);
    if (name === undefined) return 0;
    return await runPinned(root, program ?? script, args);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    return error.exitCode;
  }
}
