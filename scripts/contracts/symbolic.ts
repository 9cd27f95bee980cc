/**
 * `npm run analyze:symbolic`: proves the theorems of test/contracts/symbolic/ with Halmos, for all arguments. Then the
 * same with rules that are broken on purpose, each of which has to be refuted: a proof that cannot fail proves nothing.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { complain, duration, say } from "../terminal/output.ts";
import { sourceOf } from "./compiler.ts";
import { CACHE, ROOT } from "./paths.ts";
import { installed, SKIPPED, type Tool } from "./python.ts";
import { writeForgeArtifact } from "./symbolic/forgeArtifact.ts";

const HALMOS: Tool = { name: "halmos", packages: ["halmos==0.3.3"] };
const THEOREMS = "test/contracts/symbolic/RuleOfTime.sol";
/** Each question takes the solver a few seconds at most, and all of them together a few minutes: many more on a busy machine. */
const SOLVER_SECONDS = 120;
const WHOLE_SECONDS = 3600;
/** Halmos' code for it; others say that it found no answer. */
const COUNTEREXAMPLE = 1;
const RULE = "contracts/types/GrantRecord.sol";

/** What is broken, where, how, and the theorem that has to fall with it. */
const BROKEN = [
  {
    what: "reading goes on in the second of the end",
    from: "if (time < record.activeEnd(parentEnd)) {",
    to: "if (time <= record.activeEnd(parentEnd)) {",
    theorem: "check_theStateIsTheDocumentedOne",
  },
  {
    what: "what ended before its start is kept",
    from: " || end < record.notBefore()) return end;",
    to: ") return end;",
    theorem: "check_accessEndIsTheDocumentedOne",
  },
  {
    what: "a hold can cut record keeping short",
    from: "if (end < holdUntil) end = holdUntil;",
    to: "if (holdUntil != 0) end = holdUntil;",
    theorem: "check_aHoldShortensNothing",
  },
  {
    what: "the end of the parent is forgotten",
    from: "end = parentEnd;",
    to: "end = NEVER;",
    theorem: "check_aParentLengthensNothing",
  },
  {
    what: "a grant that has not begun is ended by time, and begins again",
    from: "return time < record.notBefore() ? GrantState.PENDING : GrantState.ACTIVE;",
    to: "return time < record.notBefore() ? GrantState.ENDED : GrantState.ACTIVE;",
    theorem: "check_timeRevivesNothing",
  },
  {
    what: "a release leaves the lock",
    from: "lockedUntil: 0,",
    to: "lockedUntil: record.lockedUntil(),",
    theorem: "check_aReleaseEndsEverything",
  },
] as const;

interface Proof {
  readonly name: string;
  readonly exitcode: number;
}

process.exitCode = main();

function main(): number {
  const tool = installed(HALMOS);
  if ("missing" in tool) {
    say(`Skipped: ${tool.missing}`);
    return SKIPPED;
  }
  const began = performance.now();
  const proofs = prove(tool.bin, new Map());
  if (proofs === undefined) return 1;
  for (const { name, exitcode } of proofs) say(`  ${exitcode === 0 ? "proven  " : "REFUTED "} ${name}`);
  const unproven = proofs.filter(({ exitcode }) => exitcode !== 0).length;
  say(`${proofs.length - unproven} of ${proofs.length} theorems proven, in ${duration(performance.now() - began)}`);

  const unnoticed = BROKEN.filter((broken) => !refuted(tool.bin, broken)).length;
  return unproven === 0 && proofs.length > 0 && unnoticed === 0 ? 0 : 1;
}

function refuted(bin: string, { what, from, to, theorem }: (typeof BROKEN)[number]): boolean {
  const rule = sourceOf(ROOT, RULE);
  if (rule.split(from).length !== 2) {
    complain(`${RULE} does not hold "${from}" exactly once: please say anew in symbolic.ts how to break the rule.`);
    return false;
  }
  const proofs = prove(bin, new Map([[RULE, rule.replace(from, to)]]), theorem);
  const noticed = proofs?.some(({ exitcode }) => exitcode === COUNTEREXAMPLE) ?? false;
  if (noticed) say(`  refuted  when ${what}: ${theorem}`);
  else complain(`  NOT REFUTED when ${what}: ${theorem} should fall`);
  return noticed;
}

/** Every theorem with 0 for proven, 1 for refuted, more for undecided; undefined if Halmos itself failed. */
function prove(bin: string, replaced: ReadonlyMap<string, string>, theorem = "check_"): Proof[] | undefined {
  const project = join(CACHE, "symbolic");
  rmSync(project, { recursive: true, force: true });
  mkdirSync(join(project, "bin"), { recursive: true });
  writeForgeArtifact(project, THEOREMS, "RuleOfTime", replaced);
  // Halmos has Foundry build the project first. It is built already.
  writeFileSync(join(project, "bin/forge"), "#!/bin/sh\nexit 0\n");
  chmodSync(join(project, "bin/forge"), 0o755);
  const report = join(project, "report.json");
  const options = ["--root", project, "--contract", "RuleOfTime", "--function", theorem, "--json-output", report];
  if (theorem !== "check_") options.push("--early-exit");
  const { stdout, stderr } = spawnSync(
    join(bin, "halmos"),
    [...options, "--solver-timeout-assertion", `${SOLVER_SECONDS}s`],
    {
      encoding: "utf8",
      // Without a terminal to draw on: it would be stopped for that when it runs in the background.
      stdio: ["ignore", "pipe", "pipe"],
      timeout: WHOLE_SECONDS * 1000,
      killSignal: "SIGKILL",
      env: { ...process.env, PATH: `${join(project, "bin")}:${bin}:${process.env["PATH"]}` },
    },
  );
  try {
    const { test_results } = JSON.parse(readFileSync(report, "utf8")) as { test_results: Record<string, Proof[]> };
    return Object.values(test_results).flat();
  } catch {
    complain(`Halmos gave no report:\n${stdout}${stderr}`);
    return undefined;
  }
}
