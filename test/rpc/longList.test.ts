import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BugError } from "../../indexer/ops/errors.ts";
import { LongList, readJson } from "../../indexer/rpc/longList.ts";
import { checked } from "../support/property.ts";

/** Whatever a server sends, read in pieces it says what it says to `JSON.parse`, or is no JSON to either. */

const ID = 7;
/** Every body is long, and cut wherever it can be. */
const CUT = { long: 0, piece: 1 };

/** A text in a memory of its own. */
function alone(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

/** What a text says, its long list gone through; undefined where it is not JSON. */
function said(text: string | Buffer, options = CUT): { readonly value: unknown; readonly long: boolean } | undefined {
  let long = false;
  const whole = (answer: unknown): unknown => {
    const { result } = (answer ?? {}) as { result?: unknown };
    if (!(result instanceof LongList)) return answer;
    long = true;
    return { ...(answer as object), result: [...result] };
  };
  try {
    const body = readJson(Buffer.from(text as string), (id) => id === ID, options);
    return { value: Array.isArray(body) ? body.map(whole) : whole(body), long };
  } catch (error) {
    assert.ok(error instanceof SyntaxError, String(error));
    return undefined;
  }
}

function expected(text: string): unknown {
  try {
    // As bytes, since half of a letter is another one there.
    return { value: JSON.parse(String(Buffer.from(text))) };
  } catch {
    return undefined;
  }
}

const assertSame = (text: string): boolean => {
  const got = said(text);
  assert.deepEqual(got && { value: got.value }, expected(text), text);
  return got?.long ?? false;
};

const log = (n: number) => ({ address: `0x${n}`, topics: ["0x1", "0x2"], data: "0x", removed: false });
const answer = (result: unknown, id: unknown = ID) => ({ jsonrpc: "2.0", id, result });
const LOGS = Array.from({ length: 20 }, (_, n) => log(n));

test("a list of logs is read in pieces, alone and among other answers", () => {
  for (const body of [
    answer(LOGS),
    { result: LOGS, id: ID },
    [answer(LOGS)],
    [answer({ number: "0x1" }, 6), answer(LOGS), answer({ transactions: [{ a: 1 }, { b: 2 }] }, 8)],
  ])
    for (const piece of [1, 50, 100, 1e6]) {
      const got = said(JSON.stringify(body), { long: 0, piece });
      assert.deepEqual(got, { value: body, long: true });
    }
  assert.equal(said(JSON.stringify(answer(LOGS)), { long: 1e6, piece: 1 })?.long, false, "a short one is not");
});

test("what only looks like such a list is read whole", () => {
  for (const text of [
    JSON.stringify(answer([])),
    JSON.stringify(answer(LOGS, 6)),
    JSON.stringify(answer(LOGS), undefined, 1),
    JSON.stringify([answer([{ a: [{ b: 1 }, { c: 2 }] }, { d: 3 }])]),
    JSON.stringify(answer([{ logs: [{ a: 1 }], d: "}]" }])),
    JSON.stringify({ ...answer("x"), note: '"result":[{"a":1},{"b":2}]' }),
    JSON.stringify({ id: ID, error: { data: { result: LOGS } } }),
    `{"id":${ID},"result":[{"a":1}],"result":[{"b":2}]}`,
    `{"id":${ID},"result":[{"a":1},{"b":2}],"result":3}`,
    `{"id":${ID},"result":[{"a":"},{"},{"b":"}]"}]}`,
  ])
    assertSame(text);
});

test("what is cut off, doubled or broken anywhere is no JSON, or what it says", () => {
  const text = JSON.stringify([answer({ number: "0x1" }, 6), answer(LOGS.slice(0, 3)), answer("x", 8)]);
  for (let i = 0; i < text.length; i++) {
    assertSame(text.slice(0, i));
    for (const put of ["", "{", "}", "[", "]", ",", '"', "\\", "},{", "}]"])
      assertSame(`${text.slice(0, i)}${put}${text.slice(i + 1)}`);
  }
});

test("any JSON as the list's objects, any text beside it, any bytes in the middle", () => {
  const json = fc.jsonValue({ maxDepth: 3 });
  const objects = fc.array(fc.dictionary(fc.string({ unit: "binary" }), json), { maxLength: 8 });
  const noise = fc.constantFrom("},{", "}]", '"result":[{', "]", "}", ",", '"', "\\");
  let long = 0;
  checked(
    fc.property(objects, json, fc.option(fc.tuple(noise, fc.nat())), (result, beside, put) => {
      const text = JSON.stringify([{ ...answer(result), beside }, answer(beside, 8)]);
      const at = put === null ? 0 : put[1] % text.length;
      if (assertSame(`${text.slice(0, at)}${put?.[0] ?? ""}${text.slice(at)}`)) long++;
    }),
    2_000,
  );
  assert.ok(long > 100, `only ${long} were read in pieces`);
});

test("a list is gone through once, and its memory is given back, also when that ends early", () => {
  for (const all of [true, false]) {
    const bytes = alone(JSON.stringify(answer(LOGS)));
    const { result } = readJson(bytes, () => true, CUT) as { result: LongList };
    let seen = 0;
    for (const _ of result) if (++seen === 3 && !all) break;
    assert.equal(seen, all ? LOGS.length : 3);
    assert.equal(bytes.length, 0);
    assert.throws(() => [...result], BugError);
  }
  // Memory that others use as well is left alone.
  const shared = Buffer.concat([Buffer.from(JSON.stringify(answer(LOGS))), Buffer.from("beside")]);
  const { result } = readJson(shared.subarray(0, shared.length - 6), () => true, CUT) as { result: LongList };
  assert.deepEqual([...result], LOGS);
  assert.equal(String(shared.subarray(-6)), "beside");
});

test("letters of any length are not cut, and a byte order mark is none of them", () => {
  const body = answer(Array.from({ length: 50 }, () => ({ name: "ü€😀" })));
  assert.deepEqual(said(JSON.stringify(body)), { value: body, long: true });
  assert.deepEqual(said(`\ufeff${JSON.stringify(body)}`), { value: body, long: true });
  assert.deepEqual(said(`\ufeff${JSON.stringify(answer(1))}`), { value: answer(1), long: false });
});
