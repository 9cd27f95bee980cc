import type { DefenceName } from "../../indexer/ops/defences.ts";
import type { FaultName } from "./faults/catalogue.ts";
import type { Mode } from "./faults/fault.ts";
import { type Beginning, type Plan, planOf, type Step } from "./world/plan.ts";

/** For each defence, worlds in which what it is there for happens. */

interface Trial {
  /** LINKED without. */
  readonly mode?: Mode;
  readonly faults: readonly FaultName[];
  readonly kills?: boolean;
  readonly pastFinality?: boolean;
  /** Blocks before the indexer starts; 12 without. */
  readonly history?: number;
  /** The first endpoint is like this from the start. */
  readonly begins?: Beginning;
  /** After the steps that the seed decided. */
  readonly finale?: readonly Step[];
  /** Seeds among which one must show that it is needed. */
  readonly seeds: number;
}

const on = { chain: 0, requests: 30 } as const;
const mine: Step = { ...on, type: "mine", blocks: 2, busy: 1 };
const fork = (depth: number, length: number): Step => ({ ...on, type: "fork", depth, length, busy: 1 });
const fault = (name: FaultName, times: number): Step => ({
  ...on,
  type: "fault",
  endpoint: 0,
  name,
  times,
  requests: 0,
});
const killed = { ...on, type: "kill", inTransaction: true, pauseMs: 0, requests: 4 } as const satisfies Step;

export const TRIALS: Readonly<Record<DefenceName, Trial>> = {
  links: { faults: ["unorderedLogs"], finale: [mine, fork(2, 3), fork(1, 2), fork(1, 2)], seeds: 3 },
  headHash: { faults: ["unorderedLogs"], finale: [mine, fork(2, 2)], seeds: 2 },
  secondLook: {
    faults: ["falseHead"],
    finale: [mine, { ...on, type: "reach" }, { ...fault("falseHead", 1), requests: 10 }],
    seeds: 2,
  },
  finality: { faults: ["unorderedLogs"], pastFinality: true, seeds: 1 },
  chainId: { faults: ["wrongChain"], begins: { name: "wrongChain", times: 12 }, seeds: 2 },
  bloom: { faults: ["lateLogs"], finale: [fault("lateLogs", 8), mine], seeds: 3 },
  logHash: { faults: ["otherBranchLogs"], finale: [fault("otherBranchLogs", 8), mine], seeds: 3 },
  logAddress: { faults: ["unfilteredLogs"], finale: [fault("unfilteredLogs", 4), mine], seeds: 3 },
  logTwice: { faults: ["duplicateLogs"], finale: [fault("duplicateLogs", 4), mine], seeds: 3 },
  headerHash: {
    ...{ mode: "VERIFIED", faults: ["alteredHeader"], seeds: 3 },
    finale: [{ ...on, type: "quiet" }, fault("alteredHeader", 40), mine, { ...on, type: "reach" }],
  },
  receiptsRoot: {
    ...{ mode: "VERIFIED", faults: ["alteredData"], seeds: 3 },
    finale: [{ ...on, type: "quiet" }, fault("alteredData", 40), mine, { ...on, type: "reach" }],
  },
  rangesCompared: {
    ...{ mode: "RANGED", faults: ["unorderedLogs"], history: 60, seeds: 3 },
    // Met while final history is read; what is linked afterwards is read when it has passed.
    begins: { name: "phantomLogs", times: 1 },
  },
  ownLayout: { faults: ["unorderedLogs"], seeds: 3 },
  sequence: {
    faults: ["unorderedLogs"],
    finale: [
      ...([
        { ...on, type: "quiet" },
        fault("hiddenLogs", 40),
        mine,
        { ...on, type: "reach" },
        { ...on, type: "heal" },
      ] as const),
      { ...on, type: "touch" },
    ],
    seeds: 3,
  },
  retraction: { faults: ["unorderedLogs"], finale: [mine, fork(2, 3)], seeds: 2 },
  oneTransaction: { faults: ["unorderedLogs"], finale: [killed, killed, killed, killed], seeds: 4 },
};

/** A short world with little but what a defence is there for. */
export function trialPlan(name: DefenceName, seed: number): Plan {
  const { mode = "LINKED", faults, begins, history = 12, pastFinality = false, finale = [] } = TRIALS[name];
  const plan = planOf(seed, { mode, faults, featured: false });
  const again = `npm run simulate -- --without ${name} --from ${seed} --seeds 1`;
  const [first] = plan.chains;
  if (first === undefined) throw new Error("a plan has chains");
  const steps = plan.steps.filter(({ chain, type }) => chain === 0 && type !== "finalize").slice(0, 6);
  return {
    ...plan,
    chains: [{ ...first, endpoints: mode === "RANGED" ? 2 : 1, history, ...(begins && { begins }) }],
    steps: [...steps, ...finale],
    pastFinality,
    again,
  };
}
