import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { complain } from "../terminal/output.ts";
import { type Counts, isCounts } from "./counts.ts";

export interface Stage {
  readonly name: string;
  readonly title: string;
  /** A file in this folder and its first arguments. */
  readonly program: readonly [file: string, ...args: string[]];
}

export const STAGES: readonly Stage[] = [
  {
    name: "solidity",
    title: "Contracts, in Solidity (unit, fuzz, invariants)",
    program: ["hardhatStage.ts", "solidity"],
  },
  { name: "contracts", title: "Contracts and deployment, in TypeScript", program: ["hardhatStage.ts", "mocha"] },
  { name: "node", title: "Indexer, API and scripts", program: ["nodeStage.ts"] },
];

/** No stage comes near this; one that does is stuck. */
const STAGE_TIMEOUT_MS = 30 * 60_000;

/**
 * Runs one stage as a process of its own with its output shown live. A stage that ends without having reported, or that
 * found no test at all, counts as one failure: silence is not success.
 */
export async function runStage(stage: Stage, args: readonly string[], stop: AbortSignal): Promise<Counts> {
  const [file, ...first] = stage.program;
  const program = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [program, ...first, ...args], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    timeout: STAGE_TIMEOUT_MS,
  });
  const end = () => child.kill("SIGTERM");
  stop.addEventListener("abort", end);
  let counts: Counts | undefined;
  child.on("message", (message) => {
    if (isCounts(message)) counts = message;
  });
  const ended = await new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  stop.removeEventListener("abort", end);
  if (counts === undefined) {
    complain(`The stage "${stage.name}" ended without a result (${ended}): counted as one failure.`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  if (counts.passed + counts.failed + counts.skipped > 0) return counts;
  complain(`The stage "${stage.name}" found no tests: counted as one failure.`);
  return { passed: 0, failed: 1, skipped: 0 };
}
