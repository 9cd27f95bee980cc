/** The tests of everything but the contracts, under Node's own runner: `nodeStage.ts [files or folders]`. */
import { globSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { whenOrphaned } from "../terminal/lifeline.ts";
import { complain } from "../terminal/output.ts";
import { type Counts, report } from "./counts.ts";
import { Unfinished } from "./unfinished.ts";

/** The longest test kills and restarts an indexer many times; one that takes longer than this hangs. */
const FILE_TIMEOUT_MS = 10 * 60_000;

const chosen = process.argv.slice(2);
const stop = new AbortController();
// Aborting ends the processes of the test files, which would go on alone otherwise.
const abort = () => {
  stop.abort();
  setTimeout(() => process.exit(1), 2000);
};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, abort);
whenOrphaned(abort);

const stream = run({
  files: chosen.length > 0 ? chosen.flatMap(testsOf) : testsOf("test"),
  // Many of the files start a database and chains of their own: a few at a time, however many cores there are.
  concurrency: Math.min(4, Math.max(2, availableParallelism())),
  timeout: FILE_TIMEOUT_MS,
  signal: stop.signal,
});
const unfinished = new Unfinished();
stream.on("test:enqueue", (test) => unfinished.began(test));
stream.on("test:complete", (test) => unfinished.ended(test));
let counts: Counts | undefined;
stream.on("test:summary", ({ file, success, counts: all }) => {
  // Each file has a summary of its own; the one without a file is the whole run's.
  if (file !== undefined) return;
  const skipped = all.skipped + all.todo;
  // What was cancelled did not pass. A run can also fail outside of every test.
  const failed = Math.max(all.tests - all.passed - skipped, success ? 0 : 1);
  counts = { passed: all.passed, failed, skipped };
});
const output = stream.compose<NodeJS.ReadableStream>(spec);
output.pipe(process.stdout);
output.on("end", () => {
  if (counts === undefined) complain("Node's test runner ended without a summary.");
  const { passed, failed, skipped } = counts ?? { passed: 0, failed: 1, skipped: 0 };
  const lost = stop.signal.aborted ? [] : unfinished.list();
  for (const test of lost) complain(`never came to an end, counted as failed: ${test}`);
  report({ passed, failed: failed + lost.length, skipped });
});

function testsOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return globSync(join(path, "**/*.test.ts"), { exclude: ["test/contracts/**"] }).sort();
}
