/** What the mutation test changes in a source, and how the coverage finds branches. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type AstNode, compile, errorsOf } from "../../scripts/contracts/compiler.ts";
import { conditionsOf, rewritten } from "../../scripts/contracts/coverage/branches.ts";
import { hitsOf } from "../../scripts/contracts/coverage/lcov.ts";
import { changesAt } from "../../scripts/contracts/mutation/operators.ts";
import { nodes, range, SourceText } from "../../scripts/contracts/mutation/syntax.ts";

const PRAGMA = "// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\n";

/** The syntax tree and text of a contract with this body. */
function parsed(body: string): { ast: AstNode; text: string } {
  // Not all ASCII, since the compiler counts bytes.
  const text = `${PRAGMA}/// ‖\ncontract C { ${body} }\n`;
  const output = compile("", ["C.sol"], {}, { "*": { "": ["ast"] } }, new Map([["C.sol", text]]));
  const ast = output.sources?.["C.sol"]?.ast;
  assert.ok(ast !== undefined, JSON.stringify(output.errors));
  return { ast, text };
}

/** Every mutant of the body. */
function mutantsOf(body: string): string[] {
  const { ast, text } = parsed(body);
  const source = new SourceText(text);
  const changes = [...nodes(ast)]
    .filter(({ nodeType }) => nodeType !== "PragmaDirective")
    .flatMap((n) => [...changesAt(n, source)]);
  const prefix = text.indexOf(body);
  return changes.map((change) => source.replaced(change, change.replacement).slice(prefix, -" }\n".length));
}

describe("mutants", () => {
  const relation = (operator: string) =>
    `function f(uint a, uint b) public pure returns (bool) { return a ${operator} b; }`;

  it("move a boundary and turn a comparison around", () => {
    const mutants = mutantsOf(relation("<"));
    assert.ok(mutants.includes(relation("<=")));
    assert.ok(mutants.includes(relation(">=")));
  });

  it("remove a statement with its semicolon, and fix a condition", () => {
    const body = (condition: string, statement: string) =>
      `error E(); function f(uint a) public pure { if (${condition}) ${statement} }`;
    const mutants = mutantsOf(body("a == 1", "revert E();"));
    for (const expected of ["true", "false", "a != 1", "a == 0", "a == 2"]) {
      assert.ok(mutants.includes(body(expected, "revert E();")), expected);
    }
    assert.ok(mutants.includes(body("a == 1", "{}")));
  });

  it("swap arguments of one type, and drop a bit", () => {
    const body = (a: string, bits: string) =>
      `event E(uint x, bool y, uint z); function f(uint8 a, uint8 b) public { emit E(${a}); g(${bits}); } function g(uint8) internal {}`;
    const mutants = mutantsOf(body("a, true, b", "a | b"));
    for (const expected of [body("b, true, a", "a | b"), body("a, true, b", "a & b"), body("a, true, b", "a")]) {
      // Swapping asks for one type: `a` and `b` are converted by the event alone.
      assert.ok(mutants.includes(expected), expected);
    }
  });

  it("change assembly", () => {
    const body = (shift: string) => `function f(uint a) public pure returns (uint r) { assembly { r := ${shift} } }`;
    const mutants = mutantsOf(body("shr(96, a)"));
    for (const expected of ["shl(96, a)", "shr(97, a)", "shr(95, a)"])
      assert.ok(mutants.includes(body(expected)), expected);
  });

  it("compile, each of those above", () => {
    for (const mutant of mutantsOf(relation("<="))) {
      const output = compile("", ["C.sol"], {}, {}, new Map([["C.sol", `${PRAGMA}contract C { ${mutant} }`]]));
      assert.deepEqual(errorsOf(output), []);
    }
  });
});

describe("branches", () => {
  it("are found in conditions and on both sides of && and ||, and no line moves", () => {
    const { ast, text } = parsed(
      "function f(bool a, bool b) public pure returns (uint) {\n if (a && b)\n return a ? 1 : 2;\n return 3; }",
    );
    const conditions = conditionsOf(ast);
    const source = new SourceText(text);
    assert.deepEqual(conditions.map((one) => source.text(range(one))).sort(), ["a", "a", "a && b", "b"]);
    const changed = rewritten("contracts/types/C.sol", text, conditions, ["p", "q", "r", "s"]);
    assert.equal(changed.split("\n").length, text.split("\n").length);
    assert.match(changed, /pragma solidity 0\.8\.37; import \{p, q, r, s\} from "\.\.\/Branches\.sol";/);
    const probes =
      "function p(bool c) pure returns (bool) { return c; } function q(bool c) pure returns (bool) { return c; } function r(bool c) pure returns (bool) { return c; } function s(bool c) pure returns (bool) { return c; }";
    const output = compile(
      "",
      ["contracts/types/C.sol"],
      {},
      {},
      new Map([
        ["contracts/types/C.sol", changed],
        ["contracts/Branches.sol", PRAGMA + probes],
      ]),
    );
    assert.deepEqual(errorsOf(output), []);
  });

  it("are counted by line of the trace file, over all of its parts", () => {
    const hits = hitsOf(
      "TN:\nSF:a.sol\nDA:1,0\nDA:2,3\nLH:1\nend_of_record\nSF:b.sol\nDA:1,1\nend_of_record\nSF:a.sol\nDA:1,2\nend_of_record\n",
    );
    assert.deepEqual(
      [...(hits.get("a.sol") ?? [])],
      [
        [1, 2],
        [2, 3],
      ],
    );
    assert.deepEqual([...(hits.get("b.sol") ?? [])], [[1, 1]]);
  });
});
