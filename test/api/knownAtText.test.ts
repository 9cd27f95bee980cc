import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeKnownAt, encodeKnownAt } from "../../indexer/api/knownAt.ts";
import { checked } from "../support/property.ts";

const moment = fc.bigInt({ min: 0n, max: 2n ** 50n });
const clock = fc.integer({ min: 0, max: 2 ** 42 });

test("what is given out is taken again, and means the same", () => {
  checked(
    fc.property(
      clock,
      fc.array(fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 62n }), moment), { maxLength: 40 }),
      (now, pairs) => {
        const known = { clock: now, of: new Map(pairs) };
        const text = encodeKnownAt(known);
        const again = decodeKnownAt(text);
        assert(again !== undefined && typeof again.of !== "bigint");
        assert.equal(again.clock, now);
        assert.deepEqual(new Map(again.of), known.of);
        assert.equal(encodeKnownAt(again), text);
      },
    ),
  );
  checked(
    fc.property(moment, (of) => {
      assert.deepEqual(decodeKnownAt(encodeKnownAt({ clock: 0, of })), { clock: Number(of) / 1000, of });
    }),
  );
});

test("a moment has up to six digits of a second, and is in UTC", () => {
  const micros = (text: string) => decodeKnownAt(text)?.of;
  assert.equal(micros("1970-01-01T00:00:01Z"), 1_000_000n);
  assert.equal(micros("1970-01-01T00:00:01.5Z"), 1_500_000n);
  assert.equal(micros("1970-01-01T00:00:01.000001Z"), 1_000_001n);
  for (const bad of [
    ...[
      "",
      "2026-02-30T00:00:00Z",
      "2026-13-01T00:00:00Z",
      "2026-01-01T24:00:01Z",
      "2026-01-01",
      "2026-01-01T00:00:00",
    ],
    ...["2026-01-01T00:00:00+01:00", "2026-01-01T00:00:00.1234567Z", "1969-12-31T23:59:59Z", "9999-01-01T00:00:00Z"],
    ...["0", "1767225600", "AQ", " 2026-01-01T00:00:00Z"],
  ])
    assert.equal(decodeKnownAt(bad), undefined, bad);
});

test("any other text is refused, and nothing else happens", () => {
  const good = encodeKnownAt({ clock: 5, of: new Map([[1n, 7n]]) });
  assert.ok(decodeKnownAt(good));
  checked(
    fc.property(fc.nat(good.length - 1), fc.constantFrom(..."ABab09-_="), (at, letter) => {
      const altered = good.slice(0, at) + letter + good.slice(at + 1);
      const decoded = decodeKnownAt(altered);
      if (decoded !== undefined) assert.equal(encodeKnownAt(decoded), altered);
    }),
  );
  checked(fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => void decodeKnownAt(text)));
  checked(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const text = Buffer.from([0x81, ...bytes]).toString("base64url");
      const decoded = decodeKnownAt(text);
      if (decoded !== undefined) assert.equal(encodeKnownAt(decoded), text);
    }),
  );
});
