import { readFileSync } from "node:fs";
import type { Mode } from "./faults/fault.ts";
import { planOf } from "./world/plan.ts";
import { simulated } from "./worlds.ts";

/**
 * Whole worlds, each decided by its seed: docs/SIMULATION.md. Those read in mode VERIFIED are in moreSimulation.test.ts, and a thousand
 * behind `npm run simulate -- --seeds 1000 --from 1`.
 */

interface Kept {
  readonly seed: number;
  readonly mode: Mode;
  /** What went wrong in it. */
  readonly why: string;
}

/** Those that went wrong once. */
const kept = JSON.parse(readFileSync(new URL("./kept.json", import.meta.url), "utf8")) as Kept[];

simulated(
  [...Array.from({ length: 15 }, (_, i) => planOf(i + 1)), ...kept.map(({ seed, mode }) => planOf(seed, { mode }))],
  {
    ...{ faults: 18, retracted: 60, kills: 5 },
  },
);
