import { planOf } from "./world/plan.ts";
import { simulated } from "./worlds.ts";

/** The other half of the seeds of simulation.test.ts: a file of its own, so that both run side by side. */
simulated(
  Array.from({ length: 15 }, (_, i) => planOf(i + 16)),
  { faults: 18, retracted: 60, kills: 5 },
);
