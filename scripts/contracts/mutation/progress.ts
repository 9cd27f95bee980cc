/** What a run has found out already, kept beside the copy of the project that it was found out with. */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CACHE, copyProject, ROOT } from "../paths.ts";
import type { Mutant } from "./mutants.ts";
import type { TesterVerdict } from "./tester.ts";

const FOLDER = join(CACHE, "mutation");
const SOURCES = join(FOLDER, "sources.sha256");
const RESULTS = join(FOLDER, "results.jsonl");

interface Result {
  readonly id: string;
  readonly verdict: TesterVerdict;
}

export class Progress {
  readonly project = FOLDER;
  readonly #verdicts = new Map<string, TesterVerdict>();

  /** Begins anew where it is asked to, and where contracts or tests are not what they were. */
  constructor(fresh: boolean) {
    const digest = digestOf(globSync("{contracts,test/contracts}/**/*.sol", { cwd: ROOT }).sort());
    const same = existsSync(SOURCES) && readFileSync(SOURCES, "utf8") === digest;
    if (fresh || !same) rmSync(RESULTS, { force: true });
    mkdirSync(FOLDER, { recursive: true });
    copyProject("mutation");
    writeFileSync(SOURCES, digest);
    if (!existsSync(RESULTS)) return;
    // The last line may have been cut off when the run was ended.
    for (const line of readFileSync(RESULTS, "utf8")
      .split("\n")
      .filter((text) => text.endsWith("}"))) {
      const { id, verdict } = JSON.parse(line) as Result;
      this.#verdicts.set(id, verdict);
    }
  }

  verdictOf(id: string): TesterVerdict | undefined {
    return this.#verdicts.get(id);
  }

  known(mutants: readonly Mutant[]): number {
    return mutants.filter(({ id }) => this.#verdicts.has(id)).length;
  }

  record({ id, file, line, operator, before, after }: Mutant, verdict: TesterVerdict): void {
    this.#verdicts.set(id, verdict);
    appendFileSync(RESULTS, `${JSON.stringify({ verdict, file, line, operator, before, after, id })}\n`);
  }
}

function digestOf(files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update(readFileSync(join(ROOT, file)));
  return hash.digest("hex");
}
