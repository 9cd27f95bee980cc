/** `npm run coverage:contracts`: which lines and branches of the contracts the Solidity tests run. Fails below all of them. */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { complain, say } from "../terminal/output.ts";
import { BRANCHES, type Branch, exposeBranches } from "./coverage/branches.ts";
import { type Hits, hitsOf } from "./coverage/lcov.ts";
import { copyProject } from "./paths.ts";

const WORKER = fileURLToPath(new URL("coverage/worker.ts", import.meta.url));

process.exitCode = main();

function main(): number {
  const project = copyProject("coverage");
  rmSync(join(project, "coverage"), { recursive: true, force: true });
  const branches = exposeBranches(project);
  // The copy's own artifacts, which its tests deploy, are built from what is measured.
  const { status, stdout, stderr } = spawnSync(process.execPath, [WORKER], {
    cwd: project,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, HARDHAT_COVERAGE: "true" },
  });
  if (status !== 0) {
    complain(`${stdout}${stderr}\nThe tests fail when coverage is measured.`);
    return 1;
  }
  return report(hitsOf(readFileSync(join(project, "coverage/lcov.info"), "utf8")), branches);
}

function report(hits: Hits, branches: readonly Branch[]): number {
  const probes = hits.get(BRANCHES) ?? new Map<number, number>();
  let missed = 0;
  let [allLines, allSides] = [0, 0];
  say(`${"file".padEnd(40)} ${"lines".padStart(9)} ${"branches".padStart(9)}`);
  for (const [file, lines] of [...hits].sort()) {
    if (file === BRANCHES || !file.startsWith("contracts/")) continue;
    const unrun = [...lines].filter(([, count]) => count === 0).map(([line]) => line);
    const own = branches.filter((branch) => branch.file === file);
    const sides = own.flatMap((branch) => [
      { branch, value: true, run: (probes.get(branch.whenTrue) ?? 0) > 0 },
      { branch, value: false, run: (probes.get(branch.whenFalse) ?? 0) > 0 },
    ]);
    const unseen = sides.filter(({ run }) => !run);
    missed += unrun.length + unseen.length;
    [allLines, allSides] = [allLines + lines.size, allSides + sides.length];
    const part = (rest: number, of: number) => `${of - rest}/${of}`.padStart(9);
    say(`${file.padEnd(40)} ${part(unrun.length, lines.size)} ${part(unseen.length, sides.length)}`);
    for (const line of unrun) complain(`  ${file}:${line} is never run`);
    for (const { branch, value } of unseen) complain(`  ${file}:${branch.line} is never ${value}: ${branch.condition}`);
  }
  say(`${allLines} lines and ${allSides} branches, ${missed} of them missed`);
  return missed === 0 && allLines > 0 && allSides > 0 ? 0 : 1;
}
