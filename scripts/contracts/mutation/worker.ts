/**
 * Tests one mutant after the other, as a process of its own: `worker.ts` with a copy of the project as its working
 * directory. A mutant that never ends is ended with its process.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import hre from "hardhat";
import { DEPLOYED, initCodeOf, QUICK, sourceOf } from "../compiler.ts";
import { PRODUCT } from "../paths.ts";
import type { Mutant } from "./mutants.ts";
import { type Depth, SolidityTests } from "./solidityTests.ts";
import { type Suites, TestFiles } from "./suites.ts";

/** `invalid`: does not compile. `equivalent`: the compiler makes the same bytes of it. */
export type Verdict = "killed" | "survived" | "invalid" | "equivalent";
export type Request = { readonly mutant: Mutant; readonly depth: Depth } | { readonly depth: Depth };

// Nothing else keeps this process alive, so the channel has to.
process.once("disconnect", () => process.exit(1));
const project = process.cwd();
const tests = new SolidityTests(hre, project);
await tests.build();
const files = new TestFiles(project);
const originals = new Map(PRODUCT.map((contract) => [contract, tests.initCode(contract)]));
process.on("message", (request: Request) => void answer(request));
process.send?.("ready");

async function answer(request: Request): Promise<void> {
  tests.depth = request.depth;
  // Without a mutant: whether the tests pass at all.
  const verdict = "mutant" in request ? await judge(request.mutant) : await unchanged();
  process.send?.({ verdict });
}

async function unchanged(): Promise<Verdict> {
  for (const contract of PRODUCT) {
    const code = initCodeOf(project, contract, QUICK, new Map());
    if (code === undefined) return "invalid";
    tests.setInitCode(contract, code);
  }
  return (await tests.pass([])) ? "survived" : "killed";
}

async function judge(mutant: Mutant): Promise<Verdict> {
  const replaced = new Map([[mutant.file, mutant.content]]);
  const quick = mutant.contracts.map((contract) => [contract, initCodeOf(project, contract, QUICK, replaced)] as const);
  if (quick.some(([, code]) => code === undefined)) return "invalid";
  for (const [contract, code] of quick) if (code !== undefined) tests.setInitCode(contract, code);
  try {
    const suites = files.for(mutant);
    if (await noticed(suites, mutant)) return "killed";
  } finally {
    for (const [contract, code] of originals) tests.setInitCode(contract, code);
  }
  const same = mutant.contracts.every(
    (contract) => initCodeOf(project, contract, DEPLOYED, replaced) === originals.get(contract),
  );
  return same ? "equivalent" : "survived";
}

async function noticed({ pure, deploying }: Suites, mutant: Mutant): Promise<boolean> {
  for (const group of deploying) if (!(await tests.pass(group))) return true;
  if (pure.length === 0) return false;
  // These hold the source itself, which has to be changed where they find it.
  const path = join(project, mutant.file);
  const content = sourceOf(project, mutant.file);
  writeFileSync(path, mutant.content);
  try {
    return !(await tests.pass(pure));
  } finally {
    writeFileSync(path, content);
  }
}
