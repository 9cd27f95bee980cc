/** What a chain's runner in this process is doing, for people. `stopped` needs an operator. */
export const PHASES = ["starting", "standby", "backfill", "live", "retrying", "stopped"] as const;
export type Phase = (typeof PHASES)[number];

/** What has to happen before the phase ends. */
export function waitsFor(phase: Phase): string {
  switch (phase) {
    case "starting":
      return "the database and the first answer of a node";
    case "standby":
      return "the process that writes this chain to end";
    case "backfill":
      return "the rest of the history";
    case "live":
      return "the next block";
    case "retrying":
      return "another try";
    case "stopped":
      return "an operator to act";
  }
}
