/** Where the evidence for the contracts is made: copies of the project, never the working tree itself. */
import { cpSync, globSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Ignored by git. Inside of the project, so that Node finds the project's packages from there. */
export const CACHE = join(ROOT, "cache/evidence");

/** The contracts that are deployed. */
export const PRODUCT = ["AccessGrants", "CredentialRegistry", "EntityRegistry"] as const;
export type Product = (typeof PRODUCT)[number];

/** Every source of the contracts, by its name. */
export function contractSources(): string[] {
  return globSync("contracts/**/*.sol", { cwd: ROOT }).sort();
}

const COPIED = [
  "contracts",
  "deploy",
  "indexer",
  "test/contracts",
  "hardhat.config.ts",
  "package.json",
  "tsconfig.json",
];

/** A fresh copy of what Hardhat needs for the Solidity tests. What was built in an older copy stays, to build faster. */
export function copyProject(name: string): string {
  const copy = join(CACHE, name);
  mkdirSync(copy, { recursive: true });
  for (const path of COPIED) {
    rmSync(join(copy, path), { recursive: true, force: true });
    cpSync(join(ROOT, path), join(copy, path), { recursive: true });
  }
  return copy;
}
