/**
 * Freezes what `hardhat build` made into committed files, so that starting, deploying and testing off-chain code need no
 * compiler: `hardhat build && node deploy/freeze.ts`. A test compares the files with a fresh build.
 */
import { readFileSync, writeFileSync } from "node:fs";
import hre from "hardhat";
import { BugError } from "../indexer/ops/errors.ts";
import type { FrozenArtifact } from "./artifact.ts";

const root = new URL("../", import.meta.url);

type ImmutableReferences = Record<string, { readonly start: number; readonly length: number }[]>;

/** What the compiler made of one contract, and of what. */
interface Compiled {
  readonly contractName: string;
  readonly sourceName: string;
  readonly abi: readonly unknown[];
  readonly bytecode: string;
  readonly deployedBytecode: string;
  readonly immutableReferences: ImmutableReferences;
  readonly solcLongVersion: string;
  readonly settings: Record<string, unknown>;
}

interface HardhatBuildInfo {
  readonly solcLongVersion: string;
  readonly input: { readonly settings: Record<string, unknown> };
}

/** The committed file, and how its content is had: from a folder of the last build, or by compiling a package's file. */
const FROZEN = [
  ...["AccessGrants", "CredentialRegistry", "EntityRegistry"].map((name) => ({
    file: `deploy/artifacts/${name}.json`,
    compiled: async () => built("artifacts/", `contracts/${name}.sol`),
  })),
  {
    file: "deploy/artifacts/AccessManager.json",
    compiled: () => compilePackaged("@openzeppelin/contracts/access/manager/AccessManager.sol"),
  },
  {
    file: "test/contracts/GrantRecordHarness.json",
    compiled: async () => built("cache/test-artifacts/", "test/contracts/GrantRecordHarness.sol"),
  },
];

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, root), "utf8")) as T;
}

const nameOf = (source: string): string => source.slice(source.lastIndexOf("/") + 1, -".sol".length);

function built(folder: string, source: string): Compiled {
  const artifact = readJson<Compiled & { buildInfoId: string }>(`${folder}${source}/${nameOf(source)}.json`);
  const info = readJson<HardhatBuildInfo>(`${folder}build-info/${artifact.buildInfoId}.json`);
  return { ...artifact, solcLongVersion: info.solcLongVersion, settings: info.input.settings };
}

/**
 * Compiles a file of a package with our settings. It is not built with our own contracts: the folders of typechain-types/
 * would then follow the package's.
 */
async function compilePackaged(source: string): Promise<Compiled> {
  const jobs = await hre.solidity.getCompilationJobs([`npm:${source}`], { force: true, quiet: true });
  if (!jobs.success) throw new BugError(`${source} cannot be compiled: ${jobs.formattedReason}`);
  const [job] = jobs.compilationJobsPerFile.values();
  if (job === undefined) throw new BugError(`${source} gave nothing to compile`);
  const { output } = await hre.solidity.runCompilationJob(job, { quiet: true });
  const contractName = nameOf(source);
  const [sourceName, contract] =
    Object.entries(output.contracts ?? {})
      .map(([file, contracts]) => [file, contracts[contractName]] as const)
      .find(([, found]) => found !== undefined) ?? [];
  const { bytecode, deployedBytecode } = contract?.evm ?? {};
  if (sourceName === undefined || bytecode === undefined || deployedBytecode === undefined)
    throw new BugError(`compiling ${source} gave no ${contractName}: ${JSON.stringify(output.errors)}`);
  return {
    contractName,
    sourceName,
    abi: contract?.abi,
    bytecode: `0x${bytecode.object}`,
    deployedBytecode: `0x${deployedBytecode.object}`,
    immutableReferences: deployedBytecode.immutableReferences ?? {},
    solcLongVersion: job.solcLongVersion,
    settings: (await job.getSolcInput()).settings,
  };
}

function freeze(compiled: Compiled): FrozenArtifact {
  // What was asked of the compiler to print has no influence on the code.
  const { outputSelection: _, remappings: __, ...settings } = compiled.settings;
  return {
    contractName: compiled.contractName,
    sourceName: compiled.sourceName,
    abi: compiled.abi,
    creationCode: compiled.bytecode,
    runtimeCode: compiled.deployedBytecode,
    // The keys are numbers of the syntax tree, which rise in the order of the declarations.
    immutables: Object.entries(compiled.immutableReferences)
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([, places]) => places.map(({ start }) => start)),
    compiler: { version: compiled.solcLongVersion, settings },
  };
}

/** Each committed file with the content that the last build asks for. */
export async function frozenFiles(): Promise<{ readonly file: string; readonly expected: string }[]> {
  const files = [];
  for (const { file, compiled } of FROZEN)
    files.push({ file, expected: `${JSON.stringify(freeze(await compiled()), null, 2)}\n` });
  return files;
}

if (import.meta.main) {
  for (const { file, expected } of await frozenFiles()) {
    writeFileSync(new URL(file, root), expected);
    process.stdout.write(`${file}\n`);
  }
}
