import { caip2 } from "../grants/caip.ts";
import type { EndpointReport } from "./endpointHealth.ts";
import { type Phase, waitsFor } from "./phase.ts";
import type { ProgressReport } from "./progress.ts";

/** What a chain's runner in this process is doing. What the ledger holds is in the database. */
export interface RunnerReport {
  readonly chainId: bigint;
  readonly name: string;
  readonly phase: Phase;
  /** Milliseconds since the unix epoch. */
  readonly since: number;
  /** Why the chain is `retrying` or `stopped`. */
  readonly problem: string | undefined;
  readonly progress: ProgressReport | undefined;
  readonly endpoints: readonly EndpointReport[];
}

/** As `/status` shows it. */
export function runnerStatus({ phase, since, problem, progress, endpoints }: RunnerReport) {
  return {
    phase,
    since: new Date(since).toISOString(),
    problem: problem ?? null,
    waitsFor: waitsFor(phase),
    progress: progress === undefined ? null : progressStatus(progress),
    endpoints,
  };
}

function progressStatus({ done, total, perSecond, secondsLeft }: ProgressReport) {
  return {
    blocksDone: done,
    blocksTotal: total,
    percent: total === 0 ? 100 : Math.floor((done / total) * 1000) / 10,
    blocksPerSecond: perSecond === undefined ? null : Math.round(perSecond * 10) / 10,
    secondsLeft: secondsLeft === undefined ? null : Math.ceil(secondsLeft),
  };
}

/** Chains that this process is to follow, and of which the ledger has no row: nothing can be said of them. */
export const notBegun = (runners: readonly RunnerReport[], known: readonly { readonly chainId: bigint }[]): string[] =>
  runners
    .filter(({ chainId }) => !known.some((chain) => chain.chainId === chainId))
    .map(
      ({ chainId, name, problem }) =>
        `${caip2(chainId)} (${name}): ${problem === undefined ? "is configured, and not begun yet" : `not begun: ${problem}`}`,
    );
