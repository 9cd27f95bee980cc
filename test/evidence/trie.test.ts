import assert from "node:assert/strict";
import { test } from "node:test";
import { createMPT, verifyMerkleProof } from "@ethereumjs/mpt";
import { RLP } from "@ethereumjs/rlp";
import { keccak256 } from "ethers";
import fc from "fast-check";
import { hashDigits, keccak256 as ours } from "../../indexer/evidence/keccak.ts";
import { verifyProof } from "../../indexer/evidence/proof.ts";
import { rlpList, rlpString } from "../../indexer/evidence/rlpDigits.ts";
import { keyOf, listProof, listRoot } from "../../indexer/evidence/trie.ts";
import { checked, checkedAsync } from "../support/property.ts";

/** The trie of a list and its proofs, against the trie of @ethereumjs/mpt. */

const digits = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));

/** Short values make nodes that are inside of others; receipts are long. */
const value = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 4 }),
  fc.uint8Array({ minLength: 28, maxLength: 34 }),
  fc.uint8Array({ minLength: 300, maxLength: 700 }),
);
const list = fc.oneof(
  fc.array(value, { maxLength: 20 }),
  // Keys become two bytes long at 128 and three at 256.
  fc.array(value, { minLength: 120, maxLength: 140 }),
  fc.array(value, { minLength: 250, maxLength: 300, size: "max" }),
);

async function theirs(values: readonly Uint8Array[]) {
  const trie = await createMPT();
  for (const [i, each] of values.entries()) await trie.put(RLP.encode(i), each);
  return trie;
}

test("the root over any list is the library's", async () => {
  await checkedAsync(
    fc.asyncProperty(list, async (values) => {
      assert.equal(listRoot(values.map(digits)), digits((await theirs(values)).root()));
    }),
    60,
  );
});

test("nothing at all has the root of nothing", () => {
  assert.equal(`0x${listRoot([])}`, keccak256("0x80"));
});

test("a proof leads to its value, with our check and with the library's", async () => {
  await checkedAsync(
    fc.asyncProperty(list, fc.nat(), async (values, n) => {
      if (values.length === 0) return;
      const index = n % values.length;
      const root = bytesOf(listRoot(values.map(digits)));
      const proof = listProof(values.map(digits), index).map(bytesOf);
      assert.deepEqual(digits(verifyProof(root, index, proof)), digits(values[index] as Uint8Array));
      const found = await verifyMerkleProof(RLP.encode(index), proof, { useKeyHashing: false });
      assert.equal(digits(found as Uint8Array), digits(values[index] as Uint8Array));
    }),
    60,
  );
});

test("a proof of what the list does not hold is not made", () => {
  assert.throws(() => listProof(["11"], 1), RangeError);
  assert.throws(() => listProof([], 0), RangeError);
});

test("the key of a place is its RLP", () => {
  for (const index of [0, 1, 127, 128, 255, 256, 65_535, 65_536]) assert.equal(keyOf(index), digits(RLP.encode(index)));
});

test("RLP over digits is the library's, for any nested lists", () => {
  type Tree = Uint8Array | Tree[];
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      fc.uint8Array({ maxLength: 70 }),
      fc.uint8Array({ minLength: 1, maxLength: 1 }),
      fc.array(tie("tree"), { maxLength: 5 }),
    ),
  }));
  const encode = (one: Tree): string =>
    one instanceof Uint8Array ? rlpString(digits(one)) : rlpList(one.map(encode).join(""));
  checked(fc.property(tree, (one) => assert.equal(encode(one), digits(RLP.encode(one)))));
  for (const length of [55, 56, 255, 256, 65_535, 65_536, 70_000]) {
    const long = new Uint8Array(length).fill(7);
    assert.equal(encode(long), digits(RLP.encode(long)));
    assert.equal(encode([long, long]), digits(RLP.encode([long, long])));
  }
});

test("keccak is another implementation's, over bytes and over digits, whatever was hashed before", () => {
  checked(
    fc.property(fc.array(fc.uint8Array({ maxLength: 500 }), { maxLength: 6 }), (all) => {
      for (const one of all) {
        assert.equal(`0x${digits(ours(one))}`, keccak256(one));
        assert.equal(`0x${hashDigits(digits(one))}`, keccak256(one));
      }
    }),
  );
  const large = new Uint8Array(300_000).fill(0xa5);
  assert.equal(`0x${hashDigits(digits(large))}`, keccak256(large));
  for (const wrong of ["0", "0g", "zz", "00\u0130\u0131", " 00", "0x00"]) assert.throws(() => hashDigits(wrong), /hex/);
});
