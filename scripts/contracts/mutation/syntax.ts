/** The compiler's syntax tree and the text that it speaks of. */
import type { AstNode } from "../compiler.ts";

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A source addressed by bytes, as the compiler does: comments are not all ASCII. */
export class SourceText {
  readonly #bytes: Buffer;

  constructor(text: string) {
    this.#bytes = Buffer.from(text);
  }

  text({ start, end }: Range): string {
    return this.#bytes.subarray(start, end).toString();
  }

  /** From 1. */
  line(position: number): number {
    return this.text({ start: 0, end: position }).split("\n").length;
  }

  lineText(line: number): string {
    return this.#bytes.toString().split("\n")[line - 1] ?? "";
  }

  replaced({ start, end }: Range, by: string): string {
    return `${this.text({ start: 0, end: start })}${by}${this.text({ start: end, end: this.#bytes.length })}`;
  }
}

export function range(node: AstNode): Range {
  const [start, length] = node.src.split(":").map(Number);
  if (start === undefined || length === undefined) throw new Error(`The compiler gave the range "${node.src}".`);
  return { start, end: start + length };
}

function isNode(value: unknown): value is AstNode {
  return typeof value === "object" && value !== null && "nodeType" in value && "src" in value;
}

export function nodeAt(node: AstNode, property: string): AstNode | undefined {
  const value = node[property];
  return isNode(value) ? value : undefined;
}

export function children(node: AstNode, property: string): AstNode[] {
  const value = node[property];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The type of an expression in words, such as "uint256". */
export function typeOf(node: AstNode): string {
  const type = node["typeDescriptions"];
  return typeof type === "object" && type !== null && "typeString" in type ? String(type.typeString) : "";
}

/** Depth first, the order of the source. */
export function* nodes(node: AstNode): Iterable<AstNode> {
  yield node;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* nodes(child);
  }
}
