import { fileURLToPath } from "node:url";
import { bundle, bundled } from "../../scripts/setup/program.mjs";
import type { Launch } from "../process/launch.ts";
import type { ServeOptions } from "../serve.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SERVE = "bench/serve.ts";

/** Our own process, indexing and serving, in one piece as `npm start` runs it. */
export async function serving(options: ServeOptions): Promise<Launch> {
  const program = bundled(ROOT, SERVE) ?? (await bundle(ROOT, SERVE));
  // With the flags of the pinned Node that `npm start` gives it too.
  return { command: process.execPath, args: [...process.execArgv, program, JSON.stringify(options)] };
}
