import { hashDigits } from "./keccak.ts";
import { rlpList, rlpString } from "./rlpDigits.ts";

/**
 * The Merkle Patricia trie (Yellow Paper, appendix D) of a list: item i is under the key rlp(i). Built from the sorted keys
 * without a database, which is 20 times faster than putting items into one (docs/BENCHMARKS.md, "Hashing"). Digits
 * everywhere: a digit is a nibble.
 */

interface Item {
  /** Nibbles. No key begins another one, as they are RLP. */
  readonly key: string;
  readonly value: string;
}

/** Collects the nodes from the root to a key. */
interface Path {
  readonly key: string;
  readonly nodes: string[];
}

/** What a list is under in the trie: its place as RLP. */
export function keyOf(index: number): string {
  if (index === 0) return "80";
  const digits = index.toString(16);
  return rlpString(digits.length % 2 === 0 ? digits : `0${digits}`);
}

/** Root over the values, as 64 digits. */
export const listRoot = (values: readonly string[]): string => hashDigits(encodeRoot(values));

/** The nodes from the root to value `index`, each as it is hashed; see {@link verifyProof}. */
export function listProof(values: readonly string[], index: number): string[] {
  if (values[index] === undefined) throw new RangeError(`a proof of value ${index} of ${values.length}`);
  const path: Path = { key: keyOf(index), nodes: [] };
  // Nodes are met from the leaf up, and the root is one however small it is.
  return [encodeRoot(values, path), ...path.nodes.reverse()];
}

function encodeRoot(values: readonly string[], path?: Path): string {
  const items = values.map((value, i) => ({ key: keyOf(i), value }));
  items.sort((a, b) => (a.key < b.key ? -1 : 1));
  return encodeNode(items, 0, path);
}

/** @param items sorted, alike in their first `depth` nibbles. */
function encodeNode(items: readonly Item[], depth: number, path: Path | undefined): string {
  const [first, last] = [items[0], items.at(-1)];
  if (first === undefined || last === undefined) return rlpString("");
  if (first === last) return rlpList(rlpString(compact(first.key.slice(depth), true)) + rlpString(first.value));
  const common = commonLength(first.key, last.key, depth);
  if (common > 0) {
    const child = reference(items, depth + common, path);
    return rlpList(rlpString(compact(first.key.slice(depth, depth + common), false)) + child);
  }
  let children = "";
  let from = 0;
  for (const nibble of "0123456789abcdef") {
    let to = from;
    while (items[to]?.key[depth] === nibble) to++;
    children += to === from ? rlpString("") : reference(items.slice(from, to), depth + 1, path);
    from = to;
  }
  return rlpList(children + rlpString(""));
}

/** A node inside of another: its hash, or itself if that is shorter. */
function reference(items: readonly Item[], depth: number, path: Path | undefined): string {
  const within = path !== undefined && items.some(({ key }) => key === path.key) ? path : undefined;
  const node = encodeNode(items, depth, within);
  if (node.length < 64) return node;
  within?.nodes.push(node);
  return rlpString(hashDigits(node));
}

function commonLength(a: string, b: string, from: number): number {
  let at = from;
  while (at < a.length && a[at] === b[at]) at++;
  return at - from;
}

/** Nibbles as whole bytes, with a flag for a leaf. */
function compact(nibbles: string, leaf: boolean): string {
  const odd = nibbles.length % 2;
  return (2 * Number(leaf) + odd).toString(16) + (odd ? "" : "0") + nibbles;
}
