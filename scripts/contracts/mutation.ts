/**
 * `npm run test:mutation [-- --sample 300 --seed 1 --fresh]`: changes the contracts one place at a time, and asks the
 * Solidity tests whether they notice. Fails below 95 % noticed. An interrupted run goes on where it was.
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { complain, duration, say } from "../terminal/output.ts";
import { reasonFor } from "./mutation/explained.ts";
import { allMutants, type Mutant, sampled } from "./mutation/mutants.ts";
import { Progress } from "./mutation/progress.ts";
import type { Depth } from "./mutation/solidityTests.ts";
import { Tester } from "./mutation/tester.ts";

const LEAST_KILLED = 0.95;
/** First as little as notices nearly everything, then, for what that did not notice, as much as the tests do by themselves. */
const DEPTHS: readonly Omit<Depth, "seed">[] = [
  { fuzzRuns: 64, invariantRuns: 8, invariantDepth: 32 },
  { fuzzRuns: 1_000, invariantRuns: 128, invariantDepth: 64 },
];

const { values } = parseArgs({
  options: {
    sample: { type: "string" },
    seed: { type: "string" },
    fresh: { type: "boolean", default: false },
  },
});
process.exitCode = await main();

async function main(): Promise<number> {
  const progress = new Progress(values.fresh);
  const all = allMutants(progress.project);
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
  const size = values.sample === undefined ? all.length : Number(values.sample);
  if (!Number.isInteger(seed) || seed < 0 || !Number.isInteger(size) || size < 1) {
    complain("usage: npm run test:mutation [-- --sample <mutants> --seed <whole number> --fresh]");
    return 1;
  }
  const chosen = sampled(all, seed, size);
  say(`${chosen.length} of ${all.length} mutants, seed ${seed}, ${progress.known(chosen)} of them known from before`);
  const tester = new Tester(progress.project);
  try {
    if (!(await tester.passUnchanged({ ...first(DEPTHS), seed }))) {
      complain("The tests fail without any mutant: please mend them first.");
      return 1;
    }
    await testAll(chosen, progress, tester, seed);
  } finally {
    tester.end();
  }
  return summary(chosen, progress);
}

async function testAll(chosen: readonly Mutant[], progress: Progress, tester: Tester, seed: number): Promise<void> {
  const left = chosen.filter(({ id }) => progress.verdictOf(id) === undefined);
  const began = performance.now();
  for (const [done, mutant] of left.entries()) {
    let verdict = await tester.judge(mutant, { ...first(DEPTHS), seed });
    for (const depth of DEPTHS.slice(1)) {
      if (verdict === "survived" && reasonFor(mutant) === undefined)
        verdict = await tester.judge(mutant, { ...depth, seed });
    }
    progress.record(mutant, verdict);
    const perMutant = (performance.now() - began) / (done + 1);
    const timeLeft = duration(perMutant * (left.length - done - 1));
    say(`${done + 1}/${left.length}  ${verdict.padEnd(10)}  ${described(mutant)}  (${timeLeft} left)`);
  }
}

function summary(chosen: readonly Mutant[], progress: Progress): number {
  const having = (verdict: string) => chosen.filter(({ id }) => progress.verdictOf(id) === verdict);
  const count = (verdict: string) => having(verdict).length;
  const survivors = having("survived");
  const open = survivors.filter((mutant) => reasonFor(mutant) === undefined);
  for (const mutant of survivors) {
    const why = reasonFor(mutant) ?? "not explained";
    say(`\nsurvived: ${described(mutant)}: ${why}\n- ${mutant.before}\n+ ${mutant.after}`);
  }
  const wrong = [...having("killed"), ...having("timeout")].filter((mutant) => reasonFor(mutant) !== undefined);
  for (const mutant of wrong)
    complain(`explained.ts says that nobody can notice ${described(mutant)}, and a test did.`);
  const noticed = count("killed") + count("timeout");
  const share = noticed / (noticed + open.length);
  say(
    `\n${count("killed")} killed, ${count("timeout")} never ended, ${open.length} survived: ${(100 * share).toFixed(1)} % noticed. ` +
      `Not counted: ${survivors.length - open.length} that nobody can notice, ${count("equivalent")} that the compiler makes ` +
      `the same code of, ${count("invalid")} that do not compile.`,
  );
  return share >= LEAST_KILLED && wrong.length === 0 ? 0 : 1;
}

function described({ file, line, operator }: Mutant): string {
  return `${file}:${line} ${operator}`;
}

function first<T>([one]: readonly T[]): T {
  if (one === undefined) throw new RangeError("an empty list has no first");
  return one;
}
