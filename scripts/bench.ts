import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { startStoredChain } from "../bench/chain/storedChain.ts";
import { parseOptions, USAGE } from "../bench/options.ts";
import { tidyUpWhenEnded } from "../bench/process/ending.ts";
import { describeMachine, load } from "../bench/report/machine.ts";
import { plotOf } from "../bench/report/plot.ts";
import { Results, table } from "../bench/report/results.ts";
import { BenchRun } from "../bench/run.ts";
import { OURS, PEERS } from "../bench/subjects/all.ts";
import { startTestPostgres } from "../test/support/postgres.ts";
import { complain, say } from "./terminal/output.ts";

/**
 * `npm run bench`: everything in one run on one machine, so that the figures can be set against each other. What is
 * measured and how is in docs/BENCHMARKS.md. `npm run bench -- --blocks 200 --peers none` makes a small run.
 */

const EVENTS_PER_BLOCK = 100;
const EVENTS_PER_TRANSACTION = 25;

const options = (() => {
  try {
    return parseOptions(process.argv.slice(2), { modes: Object.keys(OURS), peers: Object.keys(PEERS) });
  } catch (error) {
    complain(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(1);
  }
})();

const subjects = options.subjects.map((key) => {
  const subject = OURS[key] ?? PEERS[key];
  if (subject === undefined) throw new Error(`no subject ${key}`);
  return subject;
});
for (const subject of subjects) await subject.prepare?.(say);

const begun = new Date();
const machine = describeMachine();
const loadBefore = load();
const results = new Results();
const postgres = await startTestPostgres({ durable: true });
const size = {
  blocks: options.blocks,
  eventsPerBlock: EVENTS_PER_BLOCK,
  eventsPerTransaction: EVENTS_PER_TRANSACTION,
};
const chain = await startStoredChain(size, say);
tidyUpWhenEnded(() => Promise.allSettled([chain.anvil.stop(), postgres.stop()]));
try {
  await new BenchRun({ chain, postgres, say }, options, results).measure(subjects);
} finally {
  await Promise.all([chain.anvil.stop(), postgres.stop()]);
}

const { subjects: _, json, plot, ...asked } = options;
const report = {
  begun: begun.toISOString(),
  seconds: Math.round((Date.now() - begun.getTime()) / 1000),
  machine,
  load: { before: loadBefore, after: load() },
  events: options.blocks * EVENTS_PER_BLOCK,
  options: asked,
  subjects: subjects.map(({ key, title, without }) => ({ key, title, without })),
  results: results.list(),
  failures: results.failures,
};
mkdirSync(dirname(json), { recursive: true });
writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
if (plot !== undefined) {
  mkdirSync(dirname(plot), { recursive: true });
  writeFileSync(plot, plotOf(report.results, subjects));
}
say(
  `\n${machine.cores} cores, ${machine.cpu}, Node ${machine.node}, ${report.events} events in ${options.blocks} blocks, ` +
    `load ${report.load.before} before and ${report.load.after} after\n`,
);
say(table(report.results, subjects));
const floors = report.results.filter(({ subject }) => subject === "");
if (floors.length > 0) say(`\n${table(floors, [{ key: "", title: "this machine" }])}`);
for (const { part, subject, why } of report.failures) say(`\nfailed: ${part}, ${subject}: ${why}`);
process.exit(report.failures.length > 0 ? 1 : 0);
