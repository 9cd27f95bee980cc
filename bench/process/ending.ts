import { whenOrphaned } from "../../scripts/terminal/lifeline.ts";
import { complain } from "../../scripts/terminal/output.ts";

/** Ctrl-C, or the death of who started us, ends a run at once, says so, and leaves no server and no files behind. */
export function tidyUpWhenEnded(tidy: () => Promise<unknown>): void {
  let ending = false;
  const end = (why: string): void => {
    if (ending) return;
    ending = true;
    complain(`ended by ${why}`);
    void tidy()
      .catch(() => {})
      .then(() => process.exit(130));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => end(signal));
  whenOrphaned(() => end("the death of who started it"));
}
