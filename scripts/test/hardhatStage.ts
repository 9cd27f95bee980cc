/**
 * One of Hardhat's two test runners as a stage: `hardhatStage.ts solidity|mocha [files]`.
 *
 * The task is called instead of the command line, because it returns its counts as values. Mocha's are the exception:
 * the task computes them (a skipped test counts as passed), so they are taken from Mocha's own statistics.
 */
import hre from "hardhat";
import Mocha from "mocha";
import { whenOrphaned } from "../terminal/lifeline.ts";
import { type Counts, report } from "./counts.ts";

/** What is used of Hardhat's result of one test contract. */
interface SuiteResult {
  readonly testResults: readonly { readonly status: string }[];
}

whenOrphaned(() => process.exit(1));

const [runner, ...testFiles] = process.argv.slice(2);
report(runner === "mocha" ? await mocha() : await solidity());

async function solidity(): Promise<Counts> {
  const result = await hre.tasks.getTask(["test", "solidity"]).run({ testFiles });
  // Its `summary` is filled in only where Hardhat runs several runners; the single results are always there.
  const { suiteResults }: { suiteResults: SuiteResult[] } = result.success ? result.value : result.error;
  const tests = suiteResults.flatMap((suite) => suite.testResults);
  const count = (status: string) => tests.filter((test) => test.status === status).length;
  const [passed, skipped] = [count("Success"), count("Skipped")];
  // An error outside of a test fails the run and is in no count.
  return { passed, failed: Math.max(tests.length - passed - skipped, result.success ? 0 : 1), skipped };
}

async function mocha(): Promise<Counts> {
  let stats: Mocha.Stats | undefined;
  class CountingSpec extends Mocha.reporters.Spec {
    constructor(run: Mocha.Runner, options: Mocha.MochaOptions) {
      super(run, options);
      stats = run.stats;
    }
  }
  hre.config.test.mocha.reporter = CountingSpec;
  const result = await hre.tasks.getTask(["test", "mocha"]).run({ testFiles });
  if (stats === undefined) return { passed: 0, failed: result.success ? 0 : 1, skipped: 0 };
  const { passes: passed, failures: failed, pending: skipped } = stats;
  return { passed, failed: result.success ? failed : Math.max(failed, 1), skipped };
}
