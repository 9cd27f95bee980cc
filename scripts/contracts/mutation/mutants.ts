/** All mutants of the contracts, each with a name that stays the same as long as its source does. */
import { createHash } from "node:crypto";
import { createRandom } from "../../../test/support/random.ts";
import { type AstNode, compile, errorsOf, sourceOf } from "../compiler.ts";
import { contractSources, PRODUCT, type Product } from "../paths.ts";
import { type Change, changesAt } from "./operators.ts";
import { nodes, SourceText } from "./syntax.ts";

export interface Mutant {
  readonly id: string;
  readonly file: string;
  readonly line: number;
  /** The source line that it begins in. */
  readonly code: string;
  readonly operator: string;
  /** What stood there, and what stands there now. */
  readonly before: string;
  readonly after: string;
  readonly content: string;
  /** The contracts whose code it is part of. */
  readonly contracts: readonly Product[];
}

/** Nothing in them is run. */
const NO_CODE = new Set(["PragmaDirective", "ImportDirective", "StructuredDocumentation", "ErrorDefinition"]);

export function allMutants(project: string): Mutant[] {
  const sources = contractSources();
  const output = compile(project, sources, {}, { "*": { "": ["ast"] } });
  const errors = errorsOf(output);
  if (errors.length > 0) throw new Error(`The contracts do not compile:\n${errors.join("\n")}`);
  const asts = output.sources ?? {};
  const users = usersOf(asts);
  return sources.flatMap((file) => {
    const ast = asts[file]?.ast;
    return ast === undefined ? [] : mutantsOf(file, ast, sourceOf(project, file), users(file));
  });
}

function mutantsOf(file: string, ast: AstNode, content: string, contracts: readonly Product[]): Mutant[] {
  const source = new SourceText(content);
  const found = new Map<string, Mutant>();
  for (const node of nodes(ast)) {
    if (NO_CODE.has(node.nodeType)) continue;
    for (const change of changesAt(node, source)) {
      const mutant = mutantOf(file, source, change, contracts);
      if (mutant.content !== content) found.set(mutant.id, mutant);
    }
  }
  return [...found.values()];
}

function mutantOf(file: string, source: SourceText, change: Change, contracts: readonly Product[]): Mutant {
  const content = source.replaced(change, change.replacement);
  const line = source.line(change.start);
  return {
    id: createHash("sha256").update(file).update(content).digest("hex").slice(0, 12),
    file,
    line,
    code: source.lineText(line).trim(),
    operator: change.operator,
    before: source.text(change),
    after: change.replacement,
    content,
    contracts,
  };
}

/** Which of the product's contracts import a file, over however many others. */
function usersOf(asts: NonNullable<ReturnType<typeof compile>["sources"]>): (file: string) => Product[] {
  const imports = (file: string): string[] => {
    const ast = asts[file]?.ast;
    if (ast === undefined) return [];
    return [...nodes(ast)]
      .filter((node) => node.nodeType === "ImportDirective")
      .map((node) => String(node["absolutePath"]));
  };
  const closure = (file: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(file)) return seen;
    seen.add(file);
    for (const next of imports(file)) closure(next, seen);
    return seen;
  };
  const closures = PRODUCT.map((contract) => ({ contract, files: closure(`contracts/${contract}.sol`) }));
  return (file) => closures.filter(({ files }) => files.has(file)).map(({ contract }) => contract);
}

/** As many of them as asked, in an order that the seed decides: a sample, and its first part a smaller one. */
export function sampled(mutants: readonly Mutant[], seed: number, size: number): Mutant[] {
  const random = createRandom(seed);
  const left = [...mutants];
  for (let i = left.length - 1; i > 0; --i) {
    const j = random.int(i + 1);
    const [a, b] = [left[i], left[j]];
    if (a !== undefined && b !== undefined) [left[i], left[j]] = [b, a];
  }
  return left.slice(0, size);
}
