import { fileURLToPath } from "node:url";
import type { Launch } from "../process/launch.ts";
import type { ServeOptions } from "../serve.ts";

const SERVE = fileURLToPath(new URL("../serve.ts", import.meta.url));

/** Our own process, indexing and serving. */
export const serving = (options: ServeOptions): Launch => ({
  command: process.execPath,
  // With the flags of the pinned Node that `npm start` gives it too.
  args: [...process.execArgv, SERVE, JSON.stringify(options)],
});
