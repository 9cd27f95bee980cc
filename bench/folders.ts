import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What a run can use again: stored chains. Beside the data of `npm start`, and as ignored by git. */
export const BENCH_CACHE = join(ROOT, ".grantledger", "bench");
