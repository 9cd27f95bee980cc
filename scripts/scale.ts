import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { tidyUpWhenEnded } from "../bench/process/ending.ts";
import { lineChart } from "../bench/report/lines.ts";
import { describeMachine, load } from "../bench/report/machine.ts";
import { measureScale, type Scale } from "../bench/scale/measure.ts";
import { OURS } from "../bench/subjects/all.ts";
import { startTestPostgres } from "../test/support/postgres.ts";
import { say } from "./terminal/output.ts";

/**
 * `npm run scale -- --events 200000,5000000 --mode linked`: what an event costs, and how much memory indexing takes, on
 * synthetic chains of these sizes, which are too large for Anvil.
 */
const EVENTS_PER_BLOCK = 100;
const { values } = parseArgs({
  options: {
    events: { type: "string", default: "200000,1000000" },
    mode: { type: "string", default: "linked" },
    json: { type: "string", default: "bench/results/scale.json" },
    plot: { type: "string" },
  },
});
const subject = OURS[values.mode];
const sizes = values.events.split(",").map(Number);
if (subject === undefined || sizes.some((events) => !Number.isInteger(events) || events < EVENTS_PER_BLOCK)) {
  say(
    `usage: npm run scale -- --events 200000,5000000 --mode ${Object.keys(OURS).join("|")} [--json FILE] [--plot FILE]`,
  );
  process.exit(1);
}

const begun = new Date().toISOString();
const loadBefore = load();
const postgres = await startTestPostgres({ durable: true });
tidyUpWhenEnded(() => postgres.stop());
const scales: Scale[] = [];
try {
  for (const events of sizes) {
    const size = { blocks: Math.round(events / EVENTS_PER_BLOCK), eventsPerBlock: EVENTS_PER_BLOCK };
    scales.push(await measureScale(subject, postgres, size, say));
  }
} finally {
  await postgres.stop();
}

const report = {
  begun,
  machine: describeMachine(),
  load: { before: loadBefore, after: load() },
  mode: values.mode,
  scales,
};
mkdirSync(dirname(values.json), { recursive: true });
writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
const name = (events: number): string => `${events.toLocaleString("en")} events`;
if (values.plot !== undefined) {
  const memory = scales.map(({ events, samples }) => ({
    name: name(events),
    points: samples.map(({ done, rssMb }) => [(100 * done) / events, rssMb] as const),
  }));
  mkdirSync(dirname(values.plot), { recursive: true });
  writeFileSync(
    values.plot,
    lineChart([{ title: "Resident memory of the indexer", unit: "MB", series: memory }], "% of the events"),
  );
}

const [base] = scales;
say(`\nload ${report.load.before} before, ${report.load.after} after\n`);
say(
  "| events | events/s | CPU of indexer, µs/event | CPU of database, µs/event | both, to the first | peak memory, MB |",
);
say("|---|---|---|---|---|---|");
for (const scale of scales) {
  const { events, seconds, cpuSeconds, databaseCpuSeconds, peakRssMb } = scale;
  const micros = (total: number): string => ((1e6 * total) / events).toFixed(1);
  const cost = (one: Scale): number => (one.cpuSeconds + one.databaseCpuSeconds) / one.events;
  const ratio = base === undefined ? 1 : cost(scale) / cost(base);
  say(
    `| ${events.toLocaleString("en")} | ${Math.round(events / seconds).toLocaleString("en")} | ${micros(cpuSeconds)} | ` +
      `${micros(databaseCpuSeconds)} | ${ratio.toFixed(2)}× | ${peakRssMb.toFixed(0)} |`,
  );
}
process.exit(0);
