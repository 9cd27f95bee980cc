import assert from "node:assert/strict";
import { test } from "node:test";
import { RLP } from "@ethereumjs/rlp";
import fc from "fast-check";
import { EvidenceError } from "../../indexer/evidence/errors.ts";
import { keccak256 } from "../../indexer/evidence/keccak.ts";
import { verifyProof } from "../../indexer/evidence/proof.ts";
import { listProof, listRoot } from "../../indexer/evidence/trie.ts";
import { checked, seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";

/** Forged proofs. Whatever is not exactly the proof of that value at that place under that root is refused. */

const bytesOf = (digits: string): Uint8Array => new Uint8Array(Buffer.from(digits, "hex"));
const random = createRandom(seed());
const VALUES = Array.from({ length: 300 }, () => Buffer.from(random.bytes(40 + random.int(400))).toString("hex"));
const ROOT = bytesOf(listRoot(VALUES));
const proofOf = (index: number): Uint8Array[] => listProof(VALUES, index).map(bytesOf);

const refused = (root: Uint8Array, index: number, proof: readonly Uint8Array[], says?: RegExp): void =>
  assert.throws(
    () => verifyProof(root, index, proof),
    (error) => {
      assert.ok(error instanceof EvidenceError, `${error}`);
      if (says) assert.match(error.message, says);
      return true;
    },
  );

test("a bit that is changed anywhere", () => {
  checked(
    fc.property(fc.nat(299), fc.nat(), fc.nat(), (index, n, m) => {
      const proof = proofOf(index);
      const node = proof[n % proof.length] as Uint8Array;
      const bit = m % (node.length * 8);
      node[bit >> 3] = (node[bit >> 3] as number) ^ (1 << (bit & 7));
      refused(ROOT, index, proof, /does not hash to/);
    }),
  );
});

test("the proof of another place, under another root, in another order, short, long", () => {
  for (const index of [0, 1, 127, 128, 255, 256, 299]) {
    const proof = proofOf(index);
    assert.equal(Buffer.from(verifyProof(ROOT, index, proof)).toString("hex"), VALUES[index]);
    for (const other of [0, 1, 2, 127, 128, 200, 256, 298]) if (other !== index) refused(ROOT, other, proof);
    refused(keccak256(ROOT), index, proof, /does not hash/);
    refused(ROOT.subarray(1), index, proof, /root of 32 bytes/);
    refused(ROOT, index, proof.slice(0, -1), /ends before its leaf/);
    refused(ROOT, index, proof.slice(1));
    refused(ROOT, index, [], /ends before its leaf/);
    refused(ROOT, index, [...proof, proof[0] as Uint8Array], /needs \d nodes and has \d/);
    refused(ROOT, index, [...proof, new Uint8Array(0)], /needs \d nodes/);
    if (proof.length > 1) refused(ROOT, index, proof.toReversed());
  }
});

test("a place that the list does not have", () => {
  for (const index of [300, 301, 1_000, 65_536])
    for (const near of [0, 255, 256, 299]) refused(ROOT, index, proofOf(near));
});

/** A root made by the forger, who may choose all of the nodes: only their form can give them away. */
const made = (node: Uint8Array): Uint8Array => keccak256(node);
const LEAF_0 = Uint8Array.of(0x20, 0x80);
const VALUE = new Uint8Array(40).fill(9);

test("nodes that hash right and are not well formed", () => {
  const good = RLP.encode([LEAF_0, VALUE]);
  assert.deepEqual(verifyProof(made(good), 0, [good]), VALUE);

  const bad: Record<string, Uint8Array> = {
    "a byte after the node": Uint8Array.of(...good, 0),
    "a length that needs fewer bytes": Uint8Array.of(0xf8, good.length - 1, ...good.subarray(1)),
    "a byte that needs no prefix": RLP.encode([LEAF_0, VALUE]).length > 0 ? prefixedByte() : good,
    "a leaf with a second path": RLP.encode([LEAF_0, VALUE, VALUE]),
    "no list": RLP.encode(VALUE),
    "an empty list": RLP.encode([]),
    nothing: new Uint8Array(0),
    "half of a node": good.subarray(0, good.length / 2),
    "a flag that is none": RLP.encode([Uint8Array.of(0x40, 0x80), VALUE]),
    "a filler that is not zero": RLP.encode([Uint8Array.of(0x21, 0x80), VALUE]),
    "an empty path": RLP.encode([new Uint8Array(0), VALUE]),
    "a path that is a list": RLP.encode([[LEAF_0], VALUE]),
    "a value that is a list": RLP.encode([LEAF_0, [VALUE]]),
    "a leaf of another key": RLP.encode([Uint8Array.of(0x20, 0x81), VALUE]),
    "a leaf of a longer key": RLP.encode([Uint8Array.of(0x20, 0x80, 0x80), VALUE]),
    "a leaf of a shorter key": RLP.encode([Uint8Array.of(0x38), VALUE]),
  };
  for (const [what, node] of Object.entries(bad))
    assert.throws(() => verifyProof(made(node), 0, [node]), EvidenceError, what);
});

/** `[0x20 0x80, [0x05 as 0x81 0x05]]` in place of `[0x20 0x80, 0x05]`. */
function prefixedByte(): Uint8Array {
  return Uint8Array.of(0xc5, 0x82, 0x20, 0x80, 0x81, 0x05);
}

test("extensions and branches that a trie does not have", () => {
  const empty = new Uint8Array(0);
  const inside = [Uint8Array.of(0x30), Uint8Array.of(7)];
  const branch = (at: number, child: unknown): unknown[] =>
    Array.from({ length: 17 }, (_, i) => (i === at ? child : empty));
  const encode = (item: unknown): Uint8Array => RLP.encode(item as never);

  // Key 80: through nibble 8 to a leaf of nibble 0, which is shorter than a hash and inside.
  const good = encode(branch(8, inside));
  assert.deepEqual(verifyProof(made(good), 0, [good]), Uint8Array.of(7));

  refused(made(encode(branch(7, inside))), 0, [encode(branch(7, inside))], /holds nothing at this key/);
  const long = [Uint8Array.of(0x30), VALUE];
  refused(made(encode(branch(8, long))), 0, [encode(branch(8, long))], /not shorter than a hash/);
  const short = branch(8, Uint8Array.of(1, 2, 3));
  refused(made(encode(short)), 0, [encode(short)], /holds nothing at this key/);
  const nowhere = [Uint8Array.of(0x00), inside];
  refused(made(encode(nowhere)), 0, [encode(nowhere)], /extension without a path/);
  const end = [Uint8Array.of(0x00, 0x80), branch(0, inside)];
  refused(made(encode(end)), 0, [encode(end)], /ends in a branch|not shorter than a hash/);
});
