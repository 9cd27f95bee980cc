/** One contract as Foundry would have compiled it, which is what Halmos reads. */
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { compile, errorsOf } from "../compiler.ts";
import { ROOT } from "../paths.ts";

/** Not by the IR, which makes many more branches of the same source. */
const SETTINGS = { optimizer: { enabled: true, runs: 1_000_000 } };
const CODE = ["object", "sourceMap", "linkReferences"];

interface Compiled {
  readonly abi: unknown;
  readonly metadata: string;
  readonly storageLayout: unknown;
  readonly evm: { readonly bytecode: unknown; readonly deployedBytecode: unknown; readonly methodIdentifiers: unknown };
}

export function writeForgeArtifact(
  project: string,
  file: string,
  contract: string,
  replaced: ReadonlyMap<string, string>,
): void {
  const code = (of: string) => CODE.map((what) => `evm.${of}.${what}`);
  const wanted = [
    "abi",
    "metadata",
    "storageLayout",
    "evm.methodIdentifiers",
    ...code("bytecode"),
    ...code("deployedBytecode"),
  ];
  const output = compile(ROOT, [file], SETTINGS, { "*": { "": ["ast"] }, [file]: { [contract]: wanted } }, replaced);
  const compiled = output.contracts?.[file]?.[contract] as unknown as Compiled | undefined;
  if (compiled === undefined) throw new Error(`${file} does not compile:\n${errorsOf(output).join("\n")}`);

  const { bytecode, deployedBytecode, methodIdentifiers } = compiled.evm;
  const artifact = {
    abi: compiled.abi,
    bytecode: hex(bytecode),
    deployedBytecode: hex(deployedBytecode),
    methodIdentifiers,
    metadata: JSON.parse(compiled.metadata) as unknown,
    storageLayout: compiled.storageLayout,
    ast: output.sources?.[file]?.ast,
    id: 0,
  };
  const folder = join(project, "out", basename(file));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${contract}.json`), JSON.stringify(artifact));
}

function hex(code: unknown): object {
  const { object, ...rest } = code as { object: string };
  return { object: `0x${object}`, ...rest };
}
