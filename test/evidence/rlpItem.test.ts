import assert from "node:assert/strict";
import { test } from "node:test";
import { RLP } from "@ethereumjs/rlp";
import fc from "fast-check";
import { EvidenceError } from "../../indexer/evidence/errors.ts";
import { decodeRlp, isBytes, quantityOf, type RlpItem } from "../../indexer/evidence/rlpItem.ts";
import { checked } from "../support/property.ts";

/** Our strict reader against `@ethereumjs/rlp`, which others wrote and use. */

type Nested = Uint8Array | Nested[];

const plain = (item: RlpItem): Nested => (isBytes(item) ? Uint8Array.from(item) : item.items.map(plain));

const anyItem: fc.Arbitrary<Nested> = fc.letrec<{ item: Nested }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 5 },
    fc.uint8Array({ maxLength: 4 }),
    fc.uint8Array({ minLength: 50, maxLength: 70 }),
    fc.uint8Array({ minLength: 250, maxLength: 300 }),
    fc.array(tie("item"), { maxLength: 6 }),
  ),
})).item;

test("whatever is encoded is read as it was, with its size", () => {
  checked(
    fc.property(anyItem, (item) => {
      const bytes = RLP.encode(item as never);
      const read = decodeRlp(bytes, "it");
      assert.deepEqual(plain(read), item);
      if (!isBytes(read)) assert.equal(read.size, bytes.length);
    }),
    1_000,
  );
});

test("of any bytes at all, what is read is what encodes to them, and nothing else is", () => {
  const edges = fc.constantFrom(0x00, 0x7f, 0x80, 0x81, 0xb7, 0xb8, 0xb9, 0xbf, 0xc0, 0xc1, 0xf7, 0xf8, 0xf9, 0xff);
  const bytes = fc.array(fc.oneof(edges, fc.nat(255)), { maxLength: 40 }).map((list) => Uint8Array.from(list));
  checked(
    fc.property(bytes, (given) => {
      let theirs: Nested | undefined;
      try {
        const item = RLP.decode(given) as Nested;
        if (Buffer.from(RLP.encode(item as never)).equals(given)) theirs = item;
      } catch {
        theirs = undefined;
      }
      if (theirs !== undefined) assert.deepEqual(plain(decodeRlp(given, "it")), theirs);
      else assert.throws(() => decodeRlp(given, "it"), EvidenceError);
    }),
    5_000,
  );
});

test("each way to write something otherwise is refused", () => {
  const refused = {
    "8100": /a prefix that it does not need/,
    b80101: /a length that needs fewer bytes/,
    b90001: /a length with a zero in front/,
    f80101: /a length that needs fewer bytes/,
    "8201": /ends before its last item/,
    bb: /ends before its last item/,
    bfffffffffffffffff: /ends before its last item/,
    "0000": /1 bytes too many/,
    "": /ends before its last item/,
    c28201: /ends before its last item/,
  };
  for (const [digits, why] of Object.entries(refused))
    assert.throws(
      () => decodeRlp(Buffer.from(digits, "hex"), "it"),
      (error) => {
        assert.ok(error instanceof EvidenceError);
        assert.match(error.message, why, digits);
        return true;
      },
    );
});

test("a deep item is refused, and a long list is read in a moment", () => {
  let deep: Uint8Array = Uint8Array.of(0xc0);
  for (let i = 0; i < 40; i++) deep = RLP.encode([RLP.decode(deep) as never]);
  assert.throws(() => decodeRlp(deep, "it"), /deeper than 32/);
  const many = new Uint8Array(300_000).fill(1);
  const head = Uint8Array.of(0xfa, 0x04, 0x93, 0xe0);
  const read = decodeRlp(Buffer.concat([head, many]), "it");
  assert.equal(isBytes(read) ? 0 : read.items.length, 300_000);
  const more = Buffer.concat([Uint8Array.of(0xfa, 0x1e, 0x84, 0x80), new Uint8Array(2_000_000).fill(1)]);
  assert.throws(() => decodeRlp(more, "it"), /more than 1000000 items/);
});

test("a number has no zero in front, and no more bytes than it may", () => {
  assert.equal(quantityOf(Uint8Array.of(), "it"), "0x0");
  assert.equal(quantityOf(Uint8Array.of(7), "it"), "0x7");
  assert.equal(quantityOf(Uint8Array.of(0x10, 0), "it"), "0x1000");
  assert.throws(() => quantityOf(Uint8Array.of(0), "it"), /a zero in front/);
  assert.throws(() => quantityOf(Uint8Array.of(0, 1), "it"), /a zero in front/);
  assert.throws(() => quantityOf(new Uint8Array(9).fill(255), "it", 8), /9 bytes, expected 8/);
  assert.throws(() => quantityOf({ items: [], size: 1 }, "it"), /not bytes/);
});
