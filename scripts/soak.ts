import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { quantile } from "../bench/measures/world.ts";
import { describeMachine, load } from "../bench/report/machine.ts";
import { ChainLoad } from "../bench/soak/chainLoad.ts";
import { soakPlot } from "../bench/soak/plot.ts";
import { soak } from "../bench/soak/soak.ts";
import { startTestPostgres } from "../test/support/postgres.ts";
import { whenOrphaned } from "./terminal/lifeline.ts";
import { complain, say } from "./terminal/output.ts";

/**
 * `npm run soak -- --minutes 60`: one indexer, two chains, a reorg on each every minute, memory and lag sampled; at the end
 * every row has to be what the chains say. Ctrl-C ends it early, with what was sampled until then.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    "block-ms": { type: "string", default: "1000" },
    "reorg-seconds": { type: "string", default: "60" },
    json: { type: "string", default: "bench/results/soak.json" },
    plot: { type: "string", default: "bench/results/soak.svg" },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
const blockMs = Number(values["block-ms"]);
const reorgMs = Number(values["reorg-seconds"]) * 1000;
if (![minutes, seed, blockMs, reorgMs].every((value) => Number.isFinite(value) && value >= 0) || minutes === 0) {
  complain(
    "usage: npm run soak -- --minutes 60 [--seed N] [--block-ms 1000] [--reorg-seconds 60] [--json FILE] [--plot FILE]",
  );
  process.exit(1);
}
/** About this many points in the plot, and one a second at most. */
const POINTS = 720;
const CHAIN_IDS = [31337, 31338];

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stop.abort());
whenOrphaned(() => process.exit(130));

say(`seed ${seed}`);
const begun = new Date().toISOString();
const loadBefore = load();
const postgres = await startTestPostgres({ durable: true });
const chains = await Promise.all(
  CHAIN_IDS.map((chainId, i) => ChainLoad.start({ chainId, seed: seed + i, blockMs, reorgMs })),
);
let saidAt = 0;
const { samples, differences } = await soak(chains, await postgres.createDatabase(), {
  minutes,
  everyMs: Math.max(1000, (minutes * 60_000) / POINTS),
  signal: stop.signal,
  onSample: (one) => {
    if (one.minutes - saidAt < Math.min(1, minutes / 10)) return;
    saidAt = one.minutes;
    const lag = Math.max(...one.lags.map(({ seconds }) => seconds));
    const reorgs = chains.reduce((sum, chain) => sum + chain.reorgs, 0);
    say(
      `${one.minutes.toFixed(1)} min: ${one.rssMb?.toFixed(0)} MB, ${one.events} events, ${reorgs} reorgs, lag ${lag.toFixed(2)} s`,
    );
  },
});

const reorgs = chains.map((chain) => chain.reorgs);
const heads = chains.map((chain) => chain.head);
await Promise.all([...chains.map(({ traffic }) => traffic.anvil.stop()), postgres.stop()]);
const lags = samples.flatMap((one) => one.lags.map(({ seconds }) => seconds));
const memory = samples.flatMap(({ rssMb }) => rssMb ?? []);
const tenth = Math.max(1, Math.floor(memory.length / 10));
const figures = {
  minutes: samples.at(-1)?.minutes ?? 0,
  events: samples.at(-1)?.events ?? 0,
  blocks: heads,
  reorgs,
  lagSeconds: { median: quantile(lags, 0.5), p95: quantile(lags, 0.95), most: quantile(lags, 1) },
  /** Medians of the first and the last tenth: a leak shows as a difference. */
  memoryMb: {
    first: quantile(memory.slice(0, tenth), 0.5),
    last: quantile(memory.slice(-tenth), 0.5),
    most: quantile(memory, 1),
  },
  cpuSeconds: samples.at(-1)?.cpuSeconds,
};
const report = {
  begun,
  seed,
  blockMs,
  reorgMs,
  machine: describeMachine(),
  load: { before: loadBefore, after: load() },
  figures,
  differences,
  samples,
};
for (const [file, text] of [
  [values.json, `${JSON.stringify(report)}\n`],
  [
    values.plot,
    soakPlot(
      samples,
      CHAIN_IDS.map((id) => `chain ${id}`),
    ),
  ],
] as const) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
say(JSON.stringify(figures, null, 2));
for (const difference of differences) complain(`the ledger differs: ${difference}`);
if (differences.length === 0) say(`\nEvery row is what the chains say, after ${reorgs.join(" and ")} reorgs.`);
process.exit(differences.length === 0 ? 0 : 1);
