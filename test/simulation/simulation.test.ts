import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { FAULT_NAMES, type FaultName } from "./faults/catalogue.ts";
import type { Mode } from "./faults/fault.ts";
import { WorldDatabases } from "./world/database.ts";
import { planOf } from "./world/plan.ts";
import { run } from "./world/run.ts";

/**
 * Whole worlds, each decided by its seed: docs/SIMULATION.md. More of them, and one of them again:
 * `npm run simulate -- --seeds 1000 --from 1`.
 */

const SEEDS = 30;

interface Kept {
  readonly seed: number;
  readonly mode: Mode;
  /** What went wrong in it. */
  readonly why: string;
}

/** Those that went wrong once. */
const kept = JSON.parse(readFileSync(new URL("./kept.json", import.meta.url), "utf8")) as Kept[];

const plans = [
  ...Array.from({ length: SEEDS }, (_, i) => planOf(i + 1)),
  ...kept.map(({ seed, mode }) => planOf(seed, { mode })),
];

describe("simulated worlds agree with the model", { concurrency: 2 }, () => {
  let databases: WorldDatabases;
  const met = new Map<FaultName, number>();
  const total = { blocks: 0, events: 0, retracted: 0, kills: 0 };
  before(async () => {
    databases = await WorldDatabases.start();
  });
  after(async () => {
    await databases?.stop();
    // Worlds in which hardly anything happened would agree with anything.
    const never = FAULT_NAMES.filter((name) => !met.has(name));
    const summary = `${JSON.stringify(total)}, faults never met: ${never}`;
    assert.ok(met.size >= 22 && total.retracted > 100 && total.kills > 20 && total.events > 2_000, summary);
  });

  for (const plan of plans)
    it(`seed ${plan.seed}, ${plan.mode}`, async () => {
      const report = await run(plan, databases);
      for (const [name, times] of report.met) met.set(name, (met.get(name) ?? 0) + times);
      for (const key of ["blocks", "events", "retracted", "kills"] as const) total[key] += report[key];
    });
});
