import { sameBytes, toHex } from "../grants/bytes.ts";
import { EvidenceError } from "./errors.ts";
import { keccak256 } from "./keccak.ts";
import { decodeRlp, isBytes, type RlpItem } from "./rlpItem.ts";
import { keyOf } from "./trie.ts";

/**
 * Checks that a list's trie with this root holds a value at `index`, and returns it. Strict: every node is canonical RLP
 * without a byte too many, is the one that the node before names, and is needed; a path is written in one way only.
 * @param nodes from the root to the leaf, as {@link listProof} gives them.
 * @throws EvidenceError for whatever is not exactly such a proof.
 */
export function verifyProof(root: Uint8Array, index: number, nodes: readonly Uint8Array[]): Uint8Array {
  const walk = new Walk(root, nodes);
  let key = keyOf(index);
  let node = walk.follow(root);
  while (true) {
    if (node.length === 17) {
      const [nibble] = key;
      if (nibble === undefined) throw new EvidenceError("the proof ends in a branch, where no value of a list is");
      key = key.slice(1);
      node = walk.child(node[Number.parseInt(nibble, 16)]);
      continue;
    }
    const { leaf, nibbles } = readPath(node[0]);
    if (!key.startsWith(nibbles)) throw new EvidenceError("the proof leads to another key");
    key = key.slice(nibbles.length);
    if (!leaf) {
      if (nibbles === "") throw new EvidenceError("the proof holds an extension without a path");
      node = walk.child(node[1]);
      continue;
    }
    const value = node[1];
    if (key !== "" || !isBytes(value)) throw new EvidenceError("the proof's leaf is not of this key");
    walk.finish();
    return value;
  }
}

/** Goes from node to node and lets none be left over. */
class Walk {
  readonly #nodes: readonly Uint8Array[];
  #used = 0;

  constructor(root: Uint8Array, nodes: readonly Uint8Array[]) {
    if (root.length !== 32) throw new EvidenceError(`expected a root of 32 bytes, got ${root.length}`);
    this.#nodes = nodes;
  }

  /** The next node, which has to hash to this. */
  follow(hash: Uint8Array): readonly RlpItem[] {
    const node = this.#nodes[this.#used++];
    if (node === undefined) throw new EvidenceError("the proof ends before its leaf");
    if (!sameBytes(keccak256(node), hash))
      throw new EvidenceError(`node ${this.#used} of the proof does not hash to ${toHex(hash)}`);
    return asNode(decodeRlp(node, `node ${this.#used} of the proof`));
  }

  /** What a node names: the next one, or one that it holds itself since it is shorter than a hash. */
  child(item: RlpItem | undefined): readonly RlpItem[] {
    if (isBytes(item) && item.length === 32) return this.follow(item);
    if (item === undefined || isBytes(item)) throw new EvidenceError("the trie holds nothing at this key");
    if (item.size >= 32) throw new EvidenceError("a node that is not shorter than a hash is inside of another");
    return asNode(item);
  }

  finish(): void {
    if (this.#used !== this.#nodes.length)
      throw new EvidenceError(`the proof needs ${this.#used} nodes and has ${this.#nodes.length}`);
  }
}

function asNode(item: RlpItem): readonly RlpItem[] {
  if (isBytes(item) || (item.items.length !== 17 && item.items.length !== 2))
    throw new EvidenceError("a node of the proof is no branch, extension or leaf");
  return item.items;
}

/** The nibbles of a leaf or extension (Yellow Paper, appendix C). */
function readPath(item: RlpItem | undefined): { leaf: boolean; nibbles: string } {
  const digits = isBytes(item) ? Buffer.from(item).toString("hex") : "";
  const flag = Number.parseInt(digits.slice(0, 1), 16);
  const odd = (flag & 1) === 1;
  if (!(flag <= 3) || (!odd && digits[1] !== "0")) throw new EvidenceError("a path in the proof is not well formed");
  return { leaf: flag >= 2, nibbles: digits.slice(odd ? 1 : 2) };
}
