import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { FaultName } from "./faults/catalogue.ts";
import { WorldDatabases } from "./world/database.ts";
import type { Plan } from "./world/plan.ts";
import { PUSHES, type Push } from "./world/pushes.ts";
import { run } from "./world/run.ts";

/** Worlds as tests, two at a time. @param least what must have happened in all of them together. */
export function simulated(
  plans: readonly Plan[],
  least: { readonly faults: number; readonly retracted: number; readonly kills: number; readonly ranged?: number },
): void {
  describe("simulated worlds agree with the model", { concurrency: 2 }, () => {
    let databases: WorldDatabases;
    const met = new Set<FaultName>();
    const pushed = new Set<Push>();
    const total = { events: 0, retracted: 0, ranged: 0, kills: 0, again: 0, compared: 0 };
    before(async () => {
      databases = await WorldDatabases.start();
    });
    after(async () => {
      await databases?.stop();
      // Worlds in which hardly anything happened would agree with anything.
      const summary = `${JSON.stringify(total)}, faults met: ${[...met]}, pushed: ${[...pushed]}`;
      assert.ok(met.size >= least.faults && total.retracted >= least.retracted && total.kills >= least.kills, summary);
      assert.equal(pushed.size, PUSHES.length, summary);
      assert.ok(total.ranged >= (least.ranged ?? 0), summary);
      assert.ok(total.again >= plans.length * 10, summary);
      assert.ok(total.compared >= 100_000, summary);
    });

    for (const plan of plans)
      it(`seed ${plan.seed}, ${plan.mode}`, async () => {
        const report = await run(plan, databases);
        for (const name of report.met.keys()) met.add(name);
        for (const kind of report.pushed.keys()) pushed.add(kind);
        for (const key of ["events", "retracted", "ranged", "kills", "again", "compared"] as const)
          total[key] += report[key];
      });
  });
}
