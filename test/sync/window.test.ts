import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BugError } from "../../indexer/ops/errors.ts";
import type { Header } from "../../indexer/rpc/answers.ts";
import { type Link, LinkedWindow } from "../../indexer/sync/window.ts";
import { checked } from "../support/property.ts";
import { chainOf, header } from "./headers.ts";

const numbers = (window: LinkedWindow): number[] => {
  const { oldest, head } = window;
  if (oldest === undefined || head === undefined) return [];
  return Array.from({ length: Number(head.number - oldest.number) + 1 }, (_, i) => {
    const link = window.at(oldest.number + BigInt(i));
    assert.equal(link?.number, oldest.number + BigInt(i));
    return Number(link?.number);
  });
};

test("it takes only what links", () => {
  const [a, b, c] = chainOf(5, 3) as [Header, Header, Header];
  const window = new LinkedWindow([a, b]);
  assert.throws(() => window.append(b), BugError, "the same block again");
  assert.throws(() => window.append({ ...c, parentHash: a.hash }), BugError, "a parent of another branch");
  assert.throws(() => window.append({ ...c, number: 8n }), BugError, "a block further on");
  assert.throws(() => new LinkedWindow([a, c]), BugError, "a stored gap");
  window.append(c);
  assert.deepEqual(numbers(window), [5, 6, 7]);
});

test("nothing is in an empty one", () => {
  const window = new LinkedWindow([]);
  assert.deepEqual([window.head, window.oldest, window.at(0n)], [undefined, undefined, undefined]);
  window.finalize(9n);
  window.truncate(0n);
  window.append(header(7));
  assert.equal(window.head?.number, 7n);
});

test("what lies outside is not there", () => {
  const window = new LinkedWindow(chainOf(5, 3));
  assert.deepEqual([window.at(4n), window.at(8n), window.at(-1n)], [undefined, undefined, undefined]);
});

test("any order of growing, falling back and becoming final keeps it linked and without gaps", () => {
  const step = fc.record({ what: fc.constantFrom("append", "truncate", "finalize"), at: fc.nat(60) });
  checked(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const window = new LinkedWindow([header(0)]);
      let [oldest, head, branch] = [0, 0, 0];
      for (const { what, at } of steps) {
        if (what === "append") {
          const parent = window.head as Link;
          window.append({ ...header(++head, ++branch), parentHash: parent.hash });
        } else if (what === "truncate" && at >= oldest) {
          window.truncate(BigInt(at));
          head = Math.min(head, at);
        } else if (what === "finalize") {
          window.finalize(BigInt(at));
          oldest = Math.max(oldest, Math.min(at, head));
        }
        assert.deepEqual(
          numbers(window),
          Array.from({ length: head - oldest + 1 }, (_, i) => oldest + i),
        );
      }
    }),
  );
});
