/** What is changed in a contract, one place at a time: the mistakes that a hand can make in such code. */
import type { AstNode } from "../compiler.ts";
import { children, nodeAt, range, type SourceText, typeOf } from "./syntax.ts";

export interface Change {
  /** In bytes of the source. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  readonly operator: string;
}

const OTHER_OPERATORS: Record<string, readonly string[]> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "==": ["!="],
  "!=": ["=="],
  "&&": ["||"],
  "||": ["&&"],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "%": ["*"],
  "|": ["&"],
  "&": ["|"],
  "<<": [">>"],
  ">>": ["<<"],
};

const OTHER_FUNCTIONS: Record<string, string> = {
  shr: "shl",
  shl: "shr",
  add: "sub",
  sub: "add",
  and: "or",
  or: "and",
};

const REMOVABLE = new Set([
  "ExpressionStatement",
  "RevertStatement",
  "EmitStatement",
  "Return",
  "Continue",
  "YulExpressionStatement",
]);

type Operator = (node: AstNode, source: SourceText) => Iterable<Change>;

function whole(node: AstNode, replacement: string, operator: string): Change {
  return { ...range(node), replacement, operator };
}

function* binary(node: AstNode, source: SourceText): Iterable<Change> {
  const [left, right] = [nodeAt(node, "leftExpression"), nodeAt(node, "rightExpression")];
  if (left === undefined || right === undefined) return;
  const operator = String(node["operator"]);
  const between = { start: range(left).end, end: range(right).start };
  const place = source.text(between).indexOf(operator);
  for (const other of OTHER_OPERATORS[operator] ?? []) {
    const start = between.start + place;
    yield { start, end: start + operator.length, replacement: other, operator: `${operator} to ${other}` };
  }
  if (["|", "&", "+", "-", "<<", ">>", "*", "%"].includes(operator)) {
    yield whole(node, source.text(range(left)), `${operator}: left side only`);
    yield whole(node, source.text(range(right)), `${operator}: right side only`);
  }
  if (["&&", "||"].includes(operator)) for (const side of [left, right]) yield* fixed(side);
}

/** A condition that is always the same: if both are noticed, the tests see both ways of the branch. */
function* fixed(condition: AstNode): Iterable<Change> {
  yield whole(condition, "true", "condition always true");
  yield whole(condition, "false", "condition always false");
}

function* condition(node: AstNode): Iterable<Change> {
  const asked = nodeAt(node, "condition");
  if (asked !== undefined && node.nodeType !== "ForStatement") yield* fixed(asked);
}

function* unary(node: AstNode, source: SourceText): Iterable<Change> {
  const inner = nodeAt(node, "subExpression");
  const operator = String(node["operator"]);
  if (inner === undefined) return;
  if (operator === "!" || operator === "~") yield whole(node, source.text(range(inner)), `${operator} removed`);
  if (operator === "++") yield whole(node, `--${source.text(range(inner))}`, "++ to --");
}

function* literal(node: AstNode, source: SourceText): Iterable<Change> {
  const text = source.text(range(node));
  const kind = node["kind"] ?? "number";
  if (kind === "bool") yield whole(node, text === "true" ? "false" : "true", "bool negated");
  if (kind === "hexString")
    yield whole(
      node,
      text.replace(/[0-9a-f](?="$)/, (d) => (d === "0" ? "1" : "0")),
      "hex changed",
    );
  if (kind === "string") {
    // Of a text in several parts the last one: a changed letter in the middle of a type is as wrong as any other.
    yield whole(
      node,
      text.replace(/.(?="$)/, (last) => (last === "Z" ? "Y" : "Z")),
      "text changed",
    );
  }
  const number = /^(0x[0-9a-fA-F]+|\d[\d_]*)/.exec(text)?.[0];
  if (kind !== "number" || number === undefined) return;
  const value = BigInt(number.replaceAll("_", ""));
  const rest = text.slice(number.length);
  const written = (changed: bigint) => {
    const digits = number.startsWith("0x")
      ? `0x${changed.toString(16).padStart(number.length - 2, "0")}`
      : `${changed}`;
    return digits + rest;
  };
  yield whole(node, written(value + 1n), "constant + 1");
  if (value > 0n) yield whole(node, written(value - 1n), "constant - 1");
}

function* removed(node: AstNode, source: SourceText): Iterable<Change> {
  if (!REMOVABLE.has(node.nodeType)) return;
  const { start, end } = range(node);
  // The semicolon is no part of the range, and cannot stand alone.
  const semicolon = source.text({ start: end, end: end + 1 }) === ";" ? 1 : 0;
  yield { start, end: end + semicolon, replacement: "{}", operator: `${node.nodeType} removed` };
}

function* swapped(node: AstNode, source: SourceText): Iterable<Change> {
  if (node["kind"] === "typeConversion") return;
  const given = children(node, "arguments");
  for (const [i, one] of given.entries()) {
    const other = given.slice(i + 1).find((next) => typeOf(next) === typeOf(one));
    if (other === undefined) continue;
    const [a, b] = [range(one), range(other)];
    if (source.text(a) === source.text(b)) continue;
    const between = source.text({ start: a.end, end: b.start });
    yield {
      start: a.start,
      end: b.end,
      replacement: `${source.text(b)}${between}${source.text(a)}`,
      operator: "arguments swapped",
    };
  }
}

function* assignment(node: AstNode, source: SourceText): Iterable<Change> {
  const [left, right] = [nodeAt(node, "leftHandSide"), nodeAt(node, "rightHandSide")];
  const other = { "|=": "&=", "+=": "-=" }[String(node["operator"])];
  if (left === undefined || right === undefined || other === undefined) return;
  yield whole(
    node,
    `${source.text(range(left))} ${other} ${source.text(range(right))}`,
    `${node["operator"]} to ${other}`,
  );
}

function* member(node: AstNode, source: SourceText): Iterable<Change> {
  const text = source.text(range(node));
  if (/^type\(.*\)\.max$/.test(text)) yield whole(node, `(${text} - 1)`, "greatest value - 1");
  if (text === "msg.sender") yield whole(node, "tx.origin", "caller to origin");
  const type = typeOf(node);
  const states = ["NONE", "PENDING", "ACTIVE", "RETAINED", "ENDED"];
  if (type === "enum GrantState" && states.includes(String(node["memberName"]))) {
    const next = states[(states.indexOf(String(node["memberName"])) + 1) % states.length];
    yield whole(node, `GrantState.${next}`, "other state");
  }
}

function* yulCall(node: AstNode): Iterable<Change> {
  const name = nodeAt(node, "functionName");
  const other = OTHER_FUNCTIONS[String(name?.["name"])];
  if (name !== undefined && other !== undefined) yield whole(name, other, `${name["name"]} to ${other}`);
}

function* modifier(node: AstNode): Iterable<Change> {
  if (node["kind"] === "modifierInvocation") yield whole(node, "", "modifier removed");
}

const BY_TYPE: Record<string, readonly Operator[]> = {
  BinaryOperation: [binary],
  IfStatement: [condition],
  Conditional: [condition],
  UnaryOperation: [unary],
  Literal: [literal],
  YulLiteral: [literal],
  FunctionCall: [swapped],
  Assignment: [assignment],
  MemberAccess: [member],
  YulFunctionCall: [yulCall],
  ModifierInvocation: [modifier],
};

/** Every change at this node. */
export function* changesAt(node: AstNode, source: SourceText): Iterable<Change> {
  yield* removed(node, source);
  for (const operator of BY_TYPE[node.nodeType] ?? []) yield* operator(node, source);
}
