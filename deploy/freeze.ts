/**
 * Freezes what `hardhat build` made into committed files, so that starting, deploying and testing off-chain code need no
 * compiler: `hardhat build && node deploy/freeze.ts`. A test compares the files with a fresh build.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { keccak256 } from "ethers";
import type { FrozenArtifact } from "./artifact.ts";

const root = new URL("../", import.meta.url);

interface HardhatArtifact {
  readonly contractName: string;
  readonly abi: readonly unknown[];
  readonly bytecode: string;
  readonly deployedBytecode: string;
  readonly buildInfoId: string;
}

interface HardhatBuildInfo {
  readonly solcLongVersion: string;
  readonly input: { readonly settings: Record<string, unknown> };
}

/** What is frozen: the folder of its build, its source, and the committed file. */
const FROZEN = [
  { build: "artifacts/", source: "contracts/AccessGrants.sol", file: "deploy/artifacts/AccessGrants.json" },
  {
    build: "cache/test-artifacts/",
    source: "test/contracts/GrantRecordHarness.sol",
    file: "test/contracts/GrantRecordHarness.json",
  },
] as const;

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, root), "utf8")) as T;
}

function freeze(build: string, source: string): FrozenArtifact {
  const name = source.slice(source.lastIndexOf("/") + 1, -".sol".length);
  const artifact = readJson<HardhatArtifact>(`${build}${source}/${name}.json`);
  const info = readBuildInfo(build, artifact.buildInfoId);
  // What was asked of the compiler to print has no influence on the code.
  const { outputSelection: _, remappings: __, ...settings } = info.input.settings;
  return {
    contractName: artifact.contractName,
    abi: artifact.abi,
    initCode: artifact.bytecode,
    initCodeHash: keccak256(artifact.bytecode),
    runtimeCodeHash: keccak256(artifact.deployedBytecode),
    compiler: { version: info.solcLongVersion, settings },
  };
}

function readBuildInfo(build: string, id: string): HardhatBuildInfo {
  return readJson<HardhatBuildInfo>(`${build}build-info/${id}.json`);
}

/** Each committed file with the content that the last build asks for. */
export function frozenFiles(): { readonly file: string; readonly expected: string }[] {
  return FROZEN.map(({ build, source, file }) => ({
    file,
    expected: `${JSON.stringify(freeze(build, source), null, 2)}\n`,
  }));
}

if (import.meta.main) {
  for (const { file, expected } of frozenFiles()) {
    writeFileSync(new URL(file, root), expected);
    process.stdout.write(`${file}\n`);
  }
}
