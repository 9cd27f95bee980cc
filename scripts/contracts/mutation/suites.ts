/** Which test files notice a change of which source, found by what they import. */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import type { Mutant } from "./mutants.ts";

export interface Suites {
  /** Compile the changed source themselves and deploy nothing. */
  readonly pure: readonly string[];
  /** Deploy the product: first those of its own folder, without the slow ones. */
  readonly deploying: readonly (readonly string[])[];
}

export class TestFiles {
  readonly #closures: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(project: string) {
    const files = globSync("test/contracts/**/*.t.sol", { cwd: project }).sort();
    this.#closures = new Map(files.map((file) => [file, closureOf(project, file)]));
  }

  for({ file, contracts }: Pick<Mutant, "file" | "contracts">): Suites {
    const all = [...this.#closures];
    const deploys = (closure: ReadonlySet<string>) => closure.has("test/contracts/support/Product.sol");
    const pure = all.filter(([, closure]) => closure.has(file) && !deploys(closure)).map(([name]) => name);
    const deploying = all.filter(([, closure]) => deploys(closure)).map(([name]) => name);
    const own = deploying.filter((name) => contracts.includes("AccessGrants") !== name.includes("/registries/"));
    const slow = (name: string) => /Invariants|Properties|Replay|Order/.test(name);
    const others = deploying.filter((name) => !own.includes(name));
    const groups = [own.filter((name) => !slow(name)), own.filter(slow), contracts.length > 1 ? others : []];
    return { pure, deploying: groups.filter((group) => group.length > 0) };
  }
}

function closureOf(project: string, file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, path] of readFileSync(join(project, file), "utf8").matchAll(/^import [^"]*"(\.[^"]+)";/gm)) {
    if (path !== undefined) closureOf(project, normalize(join(dirname(file), path)), seen);
  }
  return seen;
}
