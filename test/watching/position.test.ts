import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { encodeEventCursor } from "../../indexer/api/key.ts";
import { encodeKnownAt } from "../../indexer/api/knownAt.ts";
import { decodePositions, encodePositions, endOf, isAfter, type Position } from "../../indexer/api/watch/position.ts";
import { checked } from "../support/property.ts";

const MAX = 2n ** 63n - 1n;
const position: fc.Arbitrary<Position> = fc.record(
  {
    moment: fc.bigInt(0n, 2n ** 52n),
    seq: fc.bigInt(-MAX, MAX),
    ordinal: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  },
  { noNullPrototype: true },
);
const positions = fc
  .uniqueArray(fc.bigInt(1n, MAX), { maxLength: 5 })
  .chain((chains) =>
    fc
      .array(position, { minLength: chains.length, maxLength: chains.length })
      .map((places) => new Map(chains.map((chain, i): [bigint, Position] => [chain, places[i] as Position]))),
  );
const ascending = (map: ReadonlyMap<bigint, Position>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

describe("a cursor of a watch", () => {
  it("says what it was made from, and in one way alone", () => {
    checked(
      fc.property(positions, (given) => {
        const text = encodePositions(given);
        assert.deepEqual([...(decodePositions(text) ?? [])], ascending(given));
        assert.equal(encodePositions(new Map([...given].reverse())), text);
      }),
    );
  });

  it("is nothing when it was tampered with in a way that makes no other", () => {
    checked(
      fc.property(positions, fc.nat(), fc.integer({ min: 1, max: 255 }), (given, at, change) => {
        const bytes = Buffer.from(encodePositions(given), "base64url");
        const i = at % bytes.length;
        bytes[i] = (bytes[i] ?? 0) ^ change;
        const decoded = decodePositions(bytes.toString("base64url"));
        // Whatever is accepted is exactly what it says.
        if (decoded !== undefined) assert.equal(encodePositions(decoded), bytes.toString("base64url"));
        else return;
        assert.notDeepEqual([...decoded], ascending(given));
      }),
    );
  });

  it("is none of the other texts that this API gives out, nor any text", () => {
    const others = [
      "",
      "=",
      "x".repeat(100_000),
      encodeKnownAt({ clock: 1, of: new Map([[1n, 1n]]) }),
      encodeEventCursor({ blockTime: 1n, chainId: 1n, seq: 1n }),
      `${encodePositions(new Map([[1n, endOf(1n)]]))}A`,
      `${encodePositions(new Map([[1n, endOf(1n)]]))}=`,
    ];
    for (const text of others) assert.equal(decodePositions(text), undefined, text.slice(0, 40));
    checked(fc.property(fc.string(), (text) => void decodePositions(text)));
  });

  it("takes no chain twice, and none out of order", () => {
    const [one, two] = [1n, 2n].map((chain) =>
      Buffer.from(encodePositions(new Map([[chain, endOf(5n)]])), "base64url"),
    );
    assert.ok(one && two);
    const join = (a: Buffer, b: Buffer): string => Buffer.concat([a, b.subarray(1)]).toString("base64url");
    assert.equal(decodePositions(join(one, two))?.size, 2);
    assert.equal(decodePositions(join(two, one)), undefined);
    assert.equal(decodePositions(join(one, one)), undefined);
  });

  it("orders places by moment, number and ordinal, the end of a moment last", () => {
    checked(
      fc.property(position, position, (a, b) => {
        const same = a.moment === b.moment && a.seq === b.seq && a.ordinal === b.ordinal;
        assert.equal(isAfter(a, b), !same && !isAfter(b, a));
        assert.ok(!isAfter(a, endOf(a.moment)));
      }),
    );
  });
});
