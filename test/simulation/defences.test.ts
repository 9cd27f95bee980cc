import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DEFENCE_NAMES } from "../../indexer/ops/defences.ts";
import { TRIALS, trialPlan } from "./defences.ts";
import { WorldDatabases } from "./world/database.ts";
import { SETTLES_WITHIN_MS } from "./world/quiet.ts";
import { run } from "./world/run.ts";

/**
 * Every defence is needed: with all of them a world agrees with its model, without this one the same world does not. What
 * stands still instead of going wrong counts too: it would wait for ever for what the defence would have handled.
 */

let databases: WorldDatabases;
before(async () => {
  databases = await WorldDatabases.start();
});
after(() => databases?.stop());

const FIRST_SEED = 1;
/** An undefended world has as long as a defended one takes under load, and not longer: it may never settle. */
const UNDEFENDED_MS = SETTLES_WITHIN_MS / 5;

for (const name of DEFENCE_NAMES)
  test(`${name}: without it, what it is there for goes wrong`, async (t) => {
    const { seeds } = TRIALS[name];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + seeds; seed++) {
      const plan = trialPlan(name, seed);
      const environment = { GRANTLEDGER_DEFENCES_OFF: name };
      const failure = await run(plan, databases, { environment, settlesWithinMs: UNDEFENDED_MS }).then(
        () => undefined,
        (error: unknown) => error as Error,
      );
      if (failure === undefined) continue;
      t.diagnostic(failure.message.split("\n").slice(0, 2).join(" "));
      await run(plan, databases);
      return;
    }
    assert.fail(`${seeds} worlds were right without ${name}`);
  });
