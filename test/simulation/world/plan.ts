import { createRandom, type Random } from "../../support/random.ts";
import { FAULTS, type FaultName, faultsFor } from "../faults/catalogue.ts";
import type { Mode } from "../faults/fault.ts";

/** What a seed decides: the whole course of a world, apart from what the blocks hold (see FakeChain). */
export interface Plan {
  readonly seed: number;
  readonly mode: Mode;
  readonly chains: readonly ChainPlan[];
  readonly steps: readonly Step[];
  /** The last step contradicts what was final: the first chain has to end quarantined. */
  readonly pastFinality: boolean;
  /** PostgreSQL is stopped and started again, so that this world cannot share one. */
  readonly ownPostgres: boolean;
  /** The command that does the same again. */
  readonly again: string;
}

export interface ChainPlan {
  readonly chainId: number;
  readonly startBlock: number;
  readonly endpoints: number;
  /** Whether they are WebSockets, and push heads. */
  readonly sockets: boolean;
  /** Blocks before the indexer is started. */
  readonly history: number;
  /** What one of its endpoints, the first without a number, does wrong from the start. */
  readonly begins?: Beginning;
}

export interface Beginning {
  readonly name: FaultName;
  readonly times: number;
  readonly endpoint?: number;
}

/** Of logs that two endpoints are asked for, at one of them: what `LINKED` could not tell as well. */
const IN_HISTORY: readonly FaultName[] = [
  ...(["phantomLogs", "shiftedLogIndex", "alteredData", "cutInBlock", "cutAfterBlock", "otherBranchLogs"] as const),
];

export type Step = { readonly chain: number } & (
  | { readonly type: "mine"; readonly blocks: number; readonly busy: number }
  /** `length` may be below `depth`: a branch can win before it is as long. */
  | { readonly type: "fork"; readonly depth: number; readonly length: number; readonly busy: number }
  | { readonly type: "return" }
  | { readonly type: "finalize"; readonly behind: number }
  | { readonly type: "fault"; readonly endpoint: number; readonly name: FaultName; readonly times: number }
  /** `inTransaction`: while something is written and not committed. */
  | { readonly type: "kill"; readonly inTransaction: boolean; readonly pauseMs: number }
  | { readonly type: "stop" }
  | { readonly type: "terminate" }
  | { readonly type: "restartPostgres" }
  | { readonly type: "quiet" }
  /** The ledger has the newest block, whatever it made of it; waited for within a bound. */
  | { readonly type: "reach" }
  /** Every fault of the chain's endpoints is over. */
  | { readonly type: "heal" }
  /** A block that changes everything there is once more. */
  | { readonly type: "touch" }
) & {
    /** How many requests the indexer makes before the next step. */
    readonly requests: number;
  };

export interface PlanOptions {
  readonly mode?: Mode;
  /** Only these faults, and no kills or lost databases: what else happens to the chains stays. */
  readonly faults?: readonly FaultName[];
  readonly kills?: boolean;
  /** Whether the seed picks a fault that is met for sure. */
  readonly featured?: boolean;
}

export function planOf(
  seed: number,
  { mode = "LINKED", faults, kills = faults === undefined, featured = true }: PlanOptions = {},
): Plan {
  const random = createRandom(seed);
  // Of its own, so that it changes nothing else that a seed decides.
  const ofSockets = createRandom(seed * 31 + 17);
  const chains = Array.from({ length: random.pick([1, 2, 2, 3]) }, (_, i): ChainPlan => {
    const [startBlock, endpoints] = [1 + random.int(6), random.pick([1, 1, 2, 3])];
    const history = random.pick([0, 3, 12, 40, 90]);
    // What two endpoints say of final history is compared, so that there have to be two.
    return {
      chainId: 50_000 + i,
      startBlock,
      endpoints: Math.max(endpoints, mode === "RANGED" ? 2 : 1),
      sockets: ofSockets.chance(0.4),
      history,
    };
  });
  const ownPostgres = kills && random.chance(0.12);
  const names = faults ?? faultsFor(mode);
  const steps: Step[] = [];
  const [first] = chains;
  if (mode === "RANGED" && featured && first !== undefined) {
    const begins = { name: random.pick(IN_HISTORY), times: 1 + random.int(2), endpoint: random.int(2) };
    // With two endpoints each is asked for all of it, so that the lie is over before what only links is read there.
    chains[0] = { ...first, endpoints: 2, history: Math.max(first.history, 40), begins };
    steps.push({ chain: 0, type: "reach", requests: 0 });
  }
  // Each seed features one fault, so that a run of seeds in a row meets all of them.
  const name = names[seed % names.length] as FaultName;
  for (const times of featured ? [1, FAULTS[name].most] : [])
    steps.push(
      { chain: 0, type: "fault", endpoint: 0, name, times, requests: 1 },
      { chain: 0, type: "mine", blocks: 1 + random.int(3), busy: 0.9, requests: 12 },
    );
  const count = 12 + random.int(20);
  for (let i = 0; i < count; i++) steps.push(...anyStep(random, { chains, names, kills, ownPostgres, mode }));
  const pastFinality = faults === undefined && random.chance(0.1);
  const again = `npm run simulate -- --from ${seed} --seeds 1${mode === "LINKED" ? "" : ` --mode ${mode}`}`;
  return { seed, mode, chains, steps, pastFinality, ownPostgres, again };
}

interface Course {
  readonly chains: readonly ChainPlan[];
  readonly names: readonly FaultName[];
  readonly kills: boolean;
  readonly ownPostgres: boolean;
  readonly mode: Mode;
}

function anyStep(random: Random, { chains, names, kills, ownPostgres, mode }: Course): Step[] {
  const chain = random.int(chains.length);
  const requests = random.pick([0, 1, 3, 6, 10, 16]);
  const on = { chain, requests };
  const busy = random.pick([0, 0.5, 0.9]);
  const dice = random.int(100);
  if (dice < 28) return [{ ...on, type: "mine", blocks: random.pick([1, 1, 1, 2, 3, 20]), busy }];
  if (dice < 46) {
    const depth = random.pick([1, 1, 2, 3, 5, 9, 17]);
    return [{ ...on, type: "fork", depth, length: Math.max(1, depth + random.int(4) - 1), busy }];
  }
  if (dice < 50) return [{ ...on, type: "return" }];
  if (dice < 57) return [{ ...on, type: "finalize", behind: random.int(20) }];
  if (dice < 84) {
    const name = random.pick(names);
    const any = random.int(chains[chain]?.endpoints ?? 1);
    // Two that agree about a lie are believed, in final history: docs/LEDGER.md says so.
    const endpoint = mode === "RANGED" ? 0 : any;
    // Something has to happen for most faults to be met.
    const then: Step = { ...on, type: "mine", blocks: 1 + random.int(3), busy: 0.9 };
    const times = 1 + random.int(FAULTS[name].most);
    return [
      { ...on, type: "fault", endpoint, name, times, requests: random.int(3) },
      { ...then, requests: 4 + random.int(12) },
    ];
  }
  if (!kills) return [{ ...on, type: "mine", blocks: 1, busy }];
  if (dice < 89) return [{ ...on, type: "kill", inTransaction: random.chance(0.5), pauseMs: random.int(30) }];
  if (dice < 91) return [{ ...on, type: "stop" }];
  if (dice < 95) return [{ ...on, type: "terminate" }];
  if (dice < 97 && ownPostgres) return [{ ...on, type: "restartPostgres" }];
  return [{ ...on, type: "quiet" }];
}
