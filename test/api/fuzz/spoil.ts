import fc from "fast-check";
import type { Question } from "./documents.ts";
import { HOSTILE, nonsense } from "./pool.ts";

/** What becomes of questions on the way from a careless or a malicious client. */

const BITS: readonly string[] = [
  ...[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    "!",
    "$",
    "@",
    "...",
    "=",
    "|",
    "&",
    ",",
    "#",
    '"',
    '"""',
    "\\",
    "-",
    "1e5",
    "0x1",
  ],
  ...[
    "query",
    "mutation",
    "subscription",
    "fragment",
    "on",
    "schema",
    "extend",
    "type",
    "null",
    "true",
    "__schema",
    "__type",
  ],
  ...[
    "{ __typename",
    "@include(if: $v0)",
    "@skip",
    "@deprecated",
    "$v0",
    "...F0",
    "...Q",
    " a: a ",
    "first: -1",
    "last: 1001",
  ],
  ...[
    "first: 1000 last: 1000",
    'after: ""',
    "id",
    "nodes { id }",
    "[[[[[[[[",
    "{{{{{{{{",
    "\\u0000",
    "\\u{110000}",
    "\\ud800",
  ],
];

const cut = (text: string, at: number, length: number, put: string): string => {
  const from = at % (text.length + 1);
  return text.slice(0, from) + put + text.slice(from + length);
};

const edit = fc.tuple(fc.nat(5_000), fc.constantFrom(0, 0, 1, 2, 5, 20), fc.constantFrom("", ...BITS, ...HOSTILE));

/** The same question with a few characters changed. */
const misspelt = (question: fc.Arbitrary<Question>): fc.Arbitrary<object> =>
  fc.tuple(question, fc.array(edit, { minLength: 1, maxLength: 3 })).map(([{ query, variables }, edits]) => ({
    query: edits.reduce((text, [at, length, put]) => cut(text, at, length, put), query),
    variables,
  }));

/** The same with values that do not fit, or are not there. */
const misfilled = (question: fc.Arbitrary<Question>): fc.Arbitrary<object> =>
  fc.tuple(question, fc.array(nonsense, { maxLength: 4 })).map(([{ query, variables }, values]) => ({
    query,
    variables: {
      ...variables,
      ...Object.fromEntries(
        Object.keys(variables).flatMap((name, i) => (i < values.length ? [[name, values[i]]] : [])),
      ),
    },
  }));

/** The parts of a request themselves are something else. */
const misshapen = (question: fc.Arbitrary<Question>): fc.Arbitrary<unknown> =>
  fc.oneof(
    nonsense,
    fc
      .tuple(question, nonsense, fc.constantFrom("variables", "operationName", "extensions", "query", "doc"))
      .map(([one, value, name]) => ({ ...one, [name]: value })),
    question.map((one) => [one, one]),
  );

/** More than anybody needs. */
const excessive: fc.Arbitrary<object> = fc
  .tuple(
    fc.integer({ min: 10, max: 3_000 }),
    fc.constantFrom("a: id ", "id ", "... { id } ", "parent { ", "[", "id @skip(if: false) "),
  )
  .map(([times, text]) => ({
    query: `{ grants(first: 1000) { nodes { ${text.repeat(times)} history { nodes { id } } } } }`,
  }));

/** Bodies of requests as text: in most of them a document that the schema allows. */
export const bodies = (question: fc.Arbitrary<Question>): fc.Arbitrary<string> =>
  fc.oneof(
    { arbitrary: question.map((one) => JSON.stringify(one)), weight: 50 },
    { arbitrary: misspelt(question).map((one) => JSON.stringify(one)), weight: 25 },
    { arbitrary: misfilled(question).map((one) => JSON.stringify(one)), weight: 15 },
    { arbitrary: excessive.map((one) => JSON.stringify(one)), weight: 1 },
    { arbitrary: misshapen(question).map((one) => JSON.stringify(one) ?? ""), weight: 6 },
    {
      arbitrary: fc.tuple(question, edit).map(([one, [at, length, put]]) => cut(JSON.stringify(one), at, length, put)),
      weight: 3,
    },
    { arbitrary: fc.oneof(fc.string(), fc.constantFrom(...HOSTILE), fc.constant("[".repeat(50_000))), weight: 1 },
  );
