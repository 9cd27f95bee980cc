/** `npm run ledger -- <command>`: what an operator does to a ledger. docs/OPERATORS.md is the runbook. */
import { EXIT } from "./command.ts";
import { runCommand } from "./main.ts";

/** Ended at once: what is under way is one transaction, which the database undoes when we are gone. */
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    stop.abort();
    process.stderr.write("interrupted: what was not finished was not done\n");
    process.exit(EXIT.interrupted);
  });

process.exitCode = await runCommand(process.argv.slice(2), {
  environment: process.env,
  out: process.stdout,
  err: process.stderr,
  signal: stop.signal,
});
