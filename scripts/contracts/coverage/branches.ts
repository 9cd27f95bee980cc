/**
 * Branches, which Hardhat does not measure: it counts statements. Every condition is handed through a function of its own
 * with one statement for true and one for false, and those are counted. No line of the sources moves.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type AstNode, compile } from "../compiler.ts";
import { nodeAt, nodes, range, SourceText } from "../mutation/syntax.ts";
import { contractSources } from "../paths.ts";

export interface Branch {
  readonly file: string;
  readonly line: number;
  readonly condition: string;
  /** Lines of `BRANCHES` that are run when the condition is true, or false. */
  readonly whenTrue: number;
  readonly whenFalse: number;
}

export const BRANCHES = "contracts/Branches.sol";
const LINES_PER_BRANCH = 8;
const FIRST_LINE = 3;

/** Rewrites the contracts of a copy of the project. */
export function exposeBranches(project: string): Branch[] {
  const files = contractSources();
  const asts = compile(project, files, {}, { "*": { "": ["ast"] } }).sources ?? {};
  const branches: Branch[] = [];
  for (const file of files) {
    const ast = asts[file]?.ast;
    if (ast === undefined) throw new Error(`The compiler gave no syntax tree of ${file}.`);
    const text = readFileSync(join(project, file), "utf8");
    const found = conditionsOf(ast);
    const names = found.map((_, i) => nameOf(branches.length + i));
    writeFileSync(join(project, file), rewritten(file, text, found, names));
    const source = new SourceText(text);
    for (const condition of found) branches.push(branchAt(file, source, condition, branches.length));
  }
  mkdirSync(join(project, "contracts"), { recursive: true });
  writeFileSync(
    join(project, BRANCHES),
    `// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\n${branches.map((_, i) => probe(i)).join("")}`,
  );
  return branches;
}

/** What decides: conditions of statements and expressions, and both sides of `&&` and `||`. */
export function conditionsOf(ast: AstNode): AstNode[] {
  const found = new Map<string, AstNode>();
  for (const node of nodes(ast)) {
    const sides = node["operator"] === "&&" || node["operator"] === "||" ? ["leftExpression", "rightExpression"] : [];
    for (const property of ["condition", ...sides]) {
      const condition = nodeAt(node, property);
      if (condition !== undefined) found.set(condition.src, condition);
    }
  }
  return [...found.values()];
}

export function rewritten(
  file: string,
  text: string,
  conditions: readonly AstNode[],
  names: readonly string[],
): string {
  if (conditions.length === 0) return text;
  const inserted = conditions.flatMap((condition, i) => {
    const { start, end } = range(condition);
    return [
      { at: start, text: `${names[i]}(`, depth: end - start },
      { at: end, text: ")", depth: start - end },
    ];
  });
  // From the end on, so that positions stay. Where several begin or end in one place, the widest is outermost.
  inserted.sort((a, b) => b.at - a.at || a.depth - b.depth);
  let changed = text;
  for (const { at, text: piece } of inserted) changed = new SourceText(changed).replaced({ start: at, end: at }, piece);
  const up = "../".repeat(file.split("/").length - 2) || "./";
  const statement = ` import {${names.join(", ")}} from "${up}Branches.sol";`;
  return changed.replace(/^pragma solidity [^;]+;/m, (pragma) => pragma + statement);
}

function branchAt(file: string, source: SourceText, condition: AstNode, index: number): Branch {
  const first = FIRST_LINE + index * LINES_PER_BRANCH;
  const place = range(condition);
  const [whenTrue, whenFalse] = [first + 2, first + 4];
  return { file, line: source.line(place.start), condition: source.text(place), whenTrue, whenFalse };
}

function nameOf(index: number): string {
  return `branch${index}`;
}

/** LINES_PER_BRANCH lines. */
function probe(index: number): string {
  return `function ${nameOf(index)}(bool condition) pure returns (bool result) {
    if (condition) {
        result = true;
    } else {
        result = false;
    }
}

`;
}
