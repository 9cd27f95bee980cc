/**
 * Hardhat's Solidity tests in this process, whose working directory is a copy of the project. The tests are compiled once
 * and deploy the product from its artifacts, so a mutant is tested by putting its code there.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { Product } from "../paths.ts";

export interface Depth {
  readonly fuzzRuns: number;
  readonly invariantRuns: number;
  readonly invariantDepth: number;
  readonly seed: number;
}

export class SolidityTests {
  readonly #hre: HardhatRuntimeEnvironment;
  readonly #project: string;

  constructor(hre: HardhatRuntimeEnvironment, project: string) {
    this.#hre = hre;
    this.#project = project;
  }

  /** How hard the tests try, decided by the seed. */
  set depth({ fuzzRuns, invariantRuns, invariantDepth, seed }: Depth) {
    const profile = this.#hre.config.test.solidity.profiles["default"];
    if (profile === undefined) throw new Error("hardhat.config.ts has no profile `default` of the Solidity tests.");
    const fixed = `0x${seed.toString(16).padStart(64, "0")}`;
    profile.fuzz = { ...profile.fuzz, runs: fuzzRuns, seed: fixed };
    profile.invariant = { ...profile.invariant, runs: invariantRuns, depth: invariantDepth };
  }

  async build(): Promise<void> {
    await this.#hre.tasks.getTask("build").run({});
  }

  /** Whether all tests of these files pass. */
  async pass(testFiles: readonly string[]): Promise<boolean> {
    const task = this.#hre.tasks.getTask(["test", "solidity"]);
    const result = await task.run({ testFiles: [...testFiles], noCompile: true });
    return result.success === true;
  }

  #artifact(contract: Product): string {
    return join(this.#project, `artifacts/contracts/${contract}.sol/${contract}.json`);
  }

  initCode(contract: Product): string {
    const { bytecode } = JSON.parse(readFileSync(this.#artifact(contract), "utf8")) as { bytecode: string };
    return bytecode.slice(2);
  }

  setInitCode(contract: Product, code: string): void {
    const artifact = JSON.parse(readFileSync(this.#artifact(contract), "utf8")) as object;
    writeFileSync(this.#artifact(contract), JSON.stringify({ ...artifact, bytecode: `0x${code}` }));
  }
}
