/**
 * `npm run simulate -- --seeds 1000 --from 1`: worlds by their seeds, some side by side, until all are done or one goes
 * wrong. What a world is: docs/SIMULATION.md.
 */
import { parseArgs } from "node:util";
import { DEFENCE_NAMES, type DefenceName } from "../indexer/ops/defences.ts";
import { trialPlan } from "../test/simulation/defences.ts";
import type { Mode } from "../test/simulation/faults/fault.ts";
import { WorldDatabases } from "../test/simulation/world/database.ts";
import { type Plan, planOf } from "../test/simulation/world/plan.ts";
import { run, type WorldReport } from "../test/simulation/world/run.ts";
import { complain, duration, say } from "./terminal/output.ts";

const USAGE = `usage: npm run simulate -- [--seeds 30] [--from 1] [--jobs 2] [--mode RANGED|LINKED|VERIFIED] [--without <defence>] [--go-on]

  --seeds, --from  how many worlds, and the seed of the first
  --jobs           how many at a time
  --mode           how far the indexer checks what nodes say
  --without        worlds made for one defence, with that defence off: ${DEFENCE_NAMES.join(", ")}
  --go-on          after a world that went wrong too
`;

const options = read();
if (options === undefined) {
  complain(USAGE);
  process.exit(1);
}
const { from, seeds, jobs, goOn } = options;
const databases = await WorldDatabases.start();
const began = performance.now();
const failed: number[] = [];
const total = { blocks: 0, events: 0, retracted: 0, kills: 0, faults: 0, compared: 0 };
let next = from;
try {
  await Promise.all(Array.from({ length: jobs }, worker));
} finally {
  await databases.stop();
}
const { blocks, events, retracted, kills, faults, compared } = total;
say(`\n${next - from} worlds in ${duration(performance.now() - began)}: ${blocks} blocks, ${events} events, of them
${retracted} retracted, ${faults} lies, ${kills} kills; ${compared} answers compared. Wrong: ${failed.length === 0 ? "none" : failed.join(", ")}`);
// Not only the code: the channel to the process that runs this is listened to, and would keep it alive.
process.exit(failed.length > 0 ? 1 : 0);

async function worker(): Promise<void> {
  while (next < from + seeds && (failed.length === 0 || goOn)) {
    const seed = next++;
    const start = performance.now();
    try {
      const report = await run(options?.plan(seed) ?? planOf(seed), databases, {
        environment: options?.environment ?? {},
      });
      add(report);
      const lies = [...report.met].map(([name, times]) => `${name} ${times}`).join(", ");
      say(
        `seed ${seed}: right, ${report.events} events, ${report.retracted} retracted, ${report.kills} kills, ${report.compared} answers, ${duration(performance.now() - start)} (${lies})`,
      );
    } catch (error) {
      failed.push(seed);
      complain(`\nWRONG: ${error instanceof Error ? error.message : error}\n`);
    }
  }
}

function add(report: WorldReport): void {
  for (const key of ["blocks", "events", "retracted", "kills", "compared"] as const) total[key] += report[key];
  for (const times of report.met.values()) total.faults += times;
}

interface Options {
  readonly from: number;
  readonly seeds: number;
  readonly jobs: number;
  readonly goOn: boolean;
  readonly environment: Readonly<Record<string, string>>;
  plan(seed: number): Plan;
}

function read(): Options | undefined {
  try {
    const { values } = parseArgs({
      options: {
        ...{ seeds: { type: "string", default: "30" }, from: { type: "string", default: "1" } },
        ...{ jobs: { type: "string", default: "2" }, mode: { type: "string", default: "LINKED" } },
        ...{ without: { type: "string" }, "go-on": { type: "boolean", default: false } },
      } as const,
    });
    const [from, seeds, jobs] = [values.from, values.seeds, values.jobs].map(Number) as [number, number, number];
    const { mode, without } = values;
    if (![from, seeds, jobs].every((count) => Number.isSafeInteger(count) && count > 0)) return undefined;
    if (mode !== "RANGED" && mode !== "LINKED" && mode !== "VERIFIED") return undefined;
    if (without !== undefined && !DEFENCE_NAMES.some((name) => name === without)) return undefined;
    return {
      ...{ from, seeds, jobs, goOn: values["go-on"] },
      environment: without === undefined ? {} : { GRANTLEDGER_DEFENCES_OFF: without },
      plan: (seed) =>
        without === undefined ? planOf(seed, { mode: mode satisfies Mode }) : trialPlan(without as DefenceName, seed),
    };
  } catch {
    return undefined;
  }
}
