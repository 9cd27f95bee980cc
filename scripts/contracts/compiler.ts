/** The project's compiler as a function: the npm package `solc`, in this process, with the settings that a caller gives. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ROOT } from "./paths.ts";

interface SolcMessage {
  readonly severity: "error" | "warning" | "info";
  readonly formattedMessage: string;
}

export interface SolcOutput {
  readonly errors?: readonly SolcMessage[];
  readonly sources?: Record<string, { readonly ast: AstNode }>;
  readonly contracts?: Record<string, Record<string, { readonly evm: { readonly bytecode: { object: string } } }>>;
}

/** A node of the compiler's syntax tree; `src` is "first byte:bytes:source". */
export interface AstNode {
  readonly nodeType: string;
  readonly src: string;
  readonly [property: string]: unknown;
}

type ReadImport = (path: string) => { contents: string } | { error: string };

const solc = createRequire(import.meta.url)("solc") as {
  compile(input: string, callbacks: { import: ReadImport }): string;
};

/** What decides about the code, as in hardhat.config.ts: the bytes that are deployed. */
export const DEPLOYED = { viaIR: true, optimizer: { enabled: true, runs: 1_000_000 } };

/** The same meaning in a fifth of the time: the optimizer does no more than what keeps the stack within reach. */
export const QUICK = {
  viaIR: true,
  optimizer: {
    enabled: true,
    runs: 1,
    details: { yul: true, yulDetails: { stackAllocation: true, optimizerSteps: "u" } },
  },
};

/** A source by its name (`contracts/…`, `@openzeppelin/…`), looked for in `project`, then among the npm packages. */
export function sourceOf(project: string, name: string): string {
  return readFileSync(name.startsWith("@") ? join(ROOT, "node_modules", name) : join(project, name), "utf8");
}

/** `replaced` holds sources that differ from the ones on disk. */
export function compile(
  project: string,
  names: readonly string[],
  settings: object,
  outputSelection: object,
  replaced: ReadonlyMap<string, string> = new Map(),
): SolcOutput {
  const read = (name: string): string => replaced.get(name) ?? sourceOf(project, name);
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(names.map((name) => [name, { content: read(name) }])),
    settings: { evmVersion: "shanghai", metadata: { bytecodeHash: "none" }, ...settings, outputSelection },
  };
  const readImport: ReadImport = (name) => {
    try {
      return { contents: read(name) };
    } catch (error) {
      return { error: String(error) };
    }
  };
  return JSON.parse(solc.compile(JSON.stringify(input), { import: readImport })) as SolcOutput;
}

export function errorsOf(output: SolcOutput): string[] {
  return (output.errors ?? []).filter(({ severity }) => severity === "error").map((error) => error.formattedMessage);
}

/** The init code of one contract, or undefined where the sources do not compile. */
export function initCodeOf(
  project: string,
  contract: string,
  settings: object,
  replaced: ReadonlyMap<string, string>,
): string | undefined {
  const file = `contracts/${contract}.sol`;
  const output = compile(project, [file], settings, { [file]: { [contract]: ["evm.bytecode.object"] } }, replaced);
  if (errorsOf(output).length > 0) return undefined;
  return output.contracts?.[file]?.[contract]?.evm.bytecode.object;
}
