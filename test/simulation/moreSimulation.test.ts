import { planOf } from "./world/plan.ts";
import { simulated } from "./worlds.ts";

/** Worlds read in mode VERIFIED, beside those of simulation.test.ts: a file of its own, so that both run side by side. */
simulated(
  Array.from({ length: 20 }, (_, i) => planOf(i + 16, { mode: "VERIFIED" })),
  { faults: 20, retracted: 60, kills: 5 },
);
