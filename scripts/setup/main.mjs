import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runPinned } from "./pinned.mjs";
import { SetupError } from "./progress.mjs";
import { setUp } from "./setup.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Sets up if needed and runs scripts/<name>.ts. Returns the exit code. */
export async function main([name, ...args]) {
  if (name !== undefined && !(/^[a-z]+$/.test(name) && existsSync(join(root, "scripts", `${name}.ts`)))) {
    process.stderr.write(`There is no scripts/${name}.ts to run.\n`);
    return 1;
  }
  try {
    await setUp(root);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    return error.exitCode;
  }
  return name === undefined ? 0 : runPinned(root, join("scripts", `${name}.ts`), args);
}
