import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readAnswers, requestText } from "../../indexer/rpc/batch.ts";
import { checked } from "../support/property.ts";

/** Answers find their calls in whatever order they come, and nothing but each call's one answer is taken. */

const answersOf = (firstId: number, count: number): { id: unknown; result: unknown }[] =>
  Array.from({ length: count }, (_, i) => ({ id: firstId + i, result: `of ${firstId + i}` }));

const batch = fc.record({ firstId: fc.integer({ min: 1, max: 2 ** 40 }), count: fc.integer({ min: 2, max: 40 }) });

test("one call is sent alone, several in a list, numbered from the first id on", () => {
  assert.deepEqual(JSON.parse(requestText([{ method: "a", params: [1] }], 7)), {
    ...{ jsonrpc: "2.0", id: 7, method: "a", params: [1] },
  });
  const two = [
    { method: "a", params: [] },
    { method: "b", params: [] },
  ];
  assert.deepEqual(
    JSON.parse(requestText(two, 7)).map(({ id, method }: { id: number; method: string }) => [id, method]),
    [
      [7, "a"],
      [8, "b"],
    ],
  );
});

test("any order is brought into that of the calls", () => {
  checked(
    fc.property(batch, fc.infiniteStream(fc.nat()), ({ firstId, count }, random) => {
      const answers = answersOf(firstId, count);
      const shuffled = answers
        .map((answer) => [random.next().value as number, answer] as const)
        .sort(([a], [b]) => a - b)
        .map(([, answer]) => answer);
      assert.deepEqual(readAnswers(shuffled, firstId, count), { type: "answers", answers });
    }),
  );
});

test("a missing, a doubled or a foreign answer spoils the batch, whatever else is right", () => {
  const harm = fc.constantFrom("missing", "twice", "foreign", "no id", "text id", "no object");
  checked(
    fc.property(batch, harm, fc.nat(), ({ firstId, count }, how, place) => {
      const answers: unknown[] = answersOf(firstId, count);
      const at = place % count;
      if (how === "missing") answers.splice(at, 1);
      else if (how === "twice") answers.push(answers[at]);
      else if (how === "foreign") answers.push({ id: firstId + count + at, result: 1 });
      else if (how === "no id") answers[at] = { result: 1 };
      else if (how === "text id") answers[at] = { id: String(firstId + at), result: 1 };
      else answers[at] = null;
      const says = how === "twice" ? /twice/ : how === "foreign" ? /nobody asked for/ : /lacks a call/;
      const read = readAnswers(answers, firstId, count);
      assert.match(read.type === "malformed" ? read.why : read.type, says);
    }),
  );
});

test("an answer to another question than the one that was asked is none", () => {
  for (const body of [
    { id: 8, result: 1 },
    {},
    [],
    [
      { id: 7, result: 1 },
      { id: 7, result: 2 },
    ],
    [[]],
    { result: 1 },
  ])
    assert.equal(readAnswers(body, 7, 1).type, "malformed", JSON.stringify(body));
  assert.deepEqual(readAnswers([{ id: 7, result: 1 }], 7, 1), { type: "answers", answers: [{ id: 7, result: 1 }] });
});

test("one error for the whole batch: with no id, or with that of its first call as Geth does", () => {
  const error = { code: -32600, message: "batch too large" };
  for (const body of [{ id: null, error }, [{ id: null, error }], { error }, [{ id: 7, error }]])
    assert.deepEqual(readAnswers(body, 7, 3), { type: "refused", error }, JSON.stringify(body));
  assert.equal(readAnswers([{ id: 7, result: 1 }], 7, 3).type, "malformed");
  assert.equal(readAnswers({ id: 7, error }, 7, 1).type, "answers", "a single call's own error");
});

test("any JSON at all is read or refused", () => {
  checked(
    fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 5 }), (body, count) => {
      const read = readAnswers(body, 1, count);
      if (read.type === "answers") assert.equal(read.answers.length, count);
    }),
    1_000,
  );
});
