/** `npm test`: every stage of the tests, one after the other, and one plain last line with the counts. */
import { whenOrphaned } from "./terminal/lifeline.ts";
import { complain, duration, say } from "./terminal/output.ts";
import { type Counts, inWords, sum } from "./test/counts.ts";
import { runStage, STAGES } from "./test/stage.ts";

const USAGE = `usage: npm test [-- [stage] [files]]

Runs all stages, or one of them, or only some files of one:
${STAGES.map(({ name, title }) => `  ${name.padEnd(10)} ${title}`).join("\n")}

  npm test -- node test/grants
  npm test -- solidity test/contracts/Grant.t.sol
`;

const stop = new AbortController();
const interrupt = () => stop.abort();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
whenOrphaned(interrupt);

process.exitCode = await main(process.argv.slice(2));

async function main([name, ...files]: string[]): Promise<number> {
  if (name === "--help" || name === "-h") {
    process.stdout.write(USAGE);
    return 0;
  }
  const stages = STAGES.filter((stage) => name === undefined || stage.name === name);
  if (stages.length === 0) {
    complain(`There is no stage "${name}".\n\n${USAGE}`);
    return 1;
  }
  const results: Counts[] = [];
  for (const [index, stage] of stages.entries()) {
    if (stop.signal.aborted) break;
    say(`\n━━ ${index + 1}/${stages.length} ${stage.title} ━━\n`);
    const began = performance.now();
    const counts = await runStage(stage, files, stop.signal);
    say(`\n${stage.name}: ${inWords(counts)}, in ${duration(performance.now() - began)}`);
    results.push(counts);
  }
  const total = sum(results);
  if (stop.signal.aborted) say("\nInterrupted.");
  say(`\n${inWords(total)}`);
  return total.failed > 0 || stop.signal.aborted ? 1 : 0;
}
