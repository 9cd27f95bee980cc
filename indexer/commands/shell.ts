import { EXIT } from "./command.ts";
import { type Program, runCommand } from "./main.ts";

/** Runs what was typed. Ended at once: what is under way is one transaction, which the database undoes when we are gone. */
export async function runFromShell(program: Program): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      stop.abort();
      process.stderr.write("interrupted: what was not finished was not done\n");
      process.exit(EXIT.interrupted);
    });
  process.exitCode = await runCommand(
    process.argv.slice(2),
    { environment: process.env, out: process.stdout, err: process.stderr, signal: stop.signal },
    program,
  );
}
