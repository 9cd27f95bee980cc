import { planOf } from "./world/plan.ts";
import { simulated } from "./worlds.ts";

/** Worlds read in the other modes, beside those of simulation.test.ts: a file of its own, so that both run side by side. */
simulated(
  [
    ...Array.from({ length: 15 }, (_, i) => planOf(i + 16, { mode: "VERIFIED" })),
    ...Array.from({ length: 6 }, (_, i) => planOf(i + 101, { mode: "RANGED" })),
  ],
  { faults: 20, retracted: 60, kills: 5, ranged: 100 },
);
