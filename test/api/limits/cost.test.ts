import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type GraphQLObjectType, getIntrospectionQuery, isObjectType, parse } from "graphql";
import { costOf, MAX_COST, refusal } from "../../../indexer/api/limits/cost.ts";
import { READING_FIELDS } from "../../../indexer/api/limits/weights.ts";
import { schema } from "../../../indexer/api/schema.ts";
import { address, bytes32 } from "../world.ts";

const ask = (text: string, variableValues: Record<string, unknown> = {}, operationName?: string) => ({
  schema,
  document: parse(text),
  variableValues,
  operationName,
});
const cost = (...question: Parameters<typeof ask>): number => costOf(ask(...question)) ?? assert.fail("no operation");
const refused = (...question: Parameters<typeof ask>) => refusal(ask(...question))?.extensions["code"];

const PAIR = { credential: bytes32(1), grantee: address(2) };
const HISTORIES = "nodes { history { nodes { id } } }";

describe("what a question costs", () => {
  it("is what it gives out, and what is read for it", () => {
    assert.equal(cost("{ __typename }"), 0);
    assert.equal(cost("{ grants(first: 1) { nodes { id } } }"), 25 + 1 + 1);
    assert.equal(cost("{ grants(first: 10) { nodes { id chain } } }"), 25 + 10 * 2);
    assert.equal(cost("{ grants(first: 10) { nodes { id parent { id } } } }"), 25 + 10 * (2 + 26));
    assert.equal(cost("{ grants(first: 10) { edges { cursor node { id } } nodes { id } } }"), 25 + 10 * (1 + 2 + 1));
    assert.equal(
      cost("{ grants(first: 10) { nodes { history(last: 5) { nodes { id } } } } }"),
      25 + 10 * (2 + 25 + 5 * 2),
    );
  });

  it("counts the default page where no size is given, and nothing beyond the largest", () => {
    assert.equal(cost("{ grants { nodes { id } } }"), 25 + 50 * 2);
    assert.equal(cost("{ grants(first: 1000000) { nodes { id } } }"), 25 + 1_000 * 2);
    assert.equal(cost("{ grants(first: -7) { nodes { id } } }"), 25 + 2);
  });

  it("is bounded, the questions of our own documents well within", () => {
    assert.equal(refused(`{ grants(first: 500) { ${HISTORIES} } }`), "TOO_COMPLEX");
    assert.equal(refused(`{ grants(first: 200) { ${HISTORIES} } }`), undefined);
    assert.equal(refused("{ auditTrail(first: 1000) { nodes { id holder { address } record { word } } } }"), undefined);
    assert.equal(refused(getIntrospectionQuery()), undefined);
  });

  it("takes page sizes from variables, in whatever way they come", () => {
    const text = (type: string): string => `query Q($n: ${type}) { grants(first: $n) { ${HISTORIES} } }`;
    assert.equal(refused(text("Int"), { n: 1_000 }), "TOO_COMPLEX");
    assert.equal(refused(text("Int!"), { n: 1_000 }), "TOO_COMPLEX");
    assert.equal(refused(text("Int = 1000")), "TOO_COMPLEX");
    assert.equal(refused(text("Int"), { n: 10 }), undefined);
    // Of one parsed document: what was found for other values is not taken for these.
    const document = parse(text("Int = 1000"));
    for (const [n, code] of [
      [10, undefined],
      [1_000, "TOO_COMPLEX"],
      [null, undefined],
      [11, undefined],
    ] as const)
      for (const _again of [1, 2])
        assert.equal(refusal({ schema, document, variableValues: { n } })?.extensions["code"], code, String(n));
    assert.equal(refusal({ schema, document, variableValues: {} })?.extensions["code"], "TOO_COMPLEX");
  });

  it("takes the number of checks from the text or the variable", () => {
    const fields = "answers { answer { decision grants { id history { nodes { id } } } } }";
    const text = `query ($checks: [CheckInput!]!) { checkMany(checks: $checks) { ${fields} } }`;
    assert.equal(refused(text, { checks: Array(10).fill(PAIR) }), undefined);
    assert.equal(refused(text, { checks: Array(1_000).fill(PAIR) }), "TOO_COMPLEX");
    assert.equal(refused(text, { checks: PAIR }), undefined);
    const one = `{ credential: "${PAIR.credential}", grantee: "${PAIR.grantee}" }`;
    assert.equal(refused(`{ checkMany(checks: [${one.repeat(200)}]) { ${fields} } }`), "TOO_COMPLEX");
    assert.equal(
      refused("query ($c: [CheckInput!]!) { checkMany(checks: $c) { answers { answer { decision } } } }", {
        c: Array(1_000).fill(PAIR),
      }),
      undefined,
    );
  });

  it("leaves out what is skipped, and nothing else", () => {
    const text = `query ($n: Boolean!) { grants(first: 1000) { nodes { id } ... @include(if: $n) { ${HISTORIES} } } }`;
    assert.equal(refused(text, { n: false }), undefined);
    assert.equal(refused(text, { n: true }), "TOO_COMPLEX");
    assert.equal(
      refused(`{ grants(first: 1000) { nodes { id } ... @skip(if: true) @include(if: true) { ${HISTORIES} } } }`),
      undefined,
    );
  });

  it("is that of the operation that is asked for", () => {
    const text = `query Small { chains { id } } query Large { grants(first: 1000) { ${HISTORIES} } }`;
    assert.equal(refused(text, {}, "Small"), undefined);
    assert.equal(refused(text, {}, "Large"), "TOO_COMPLEX");
    // The executor refuses these: there is nothing to count.
    assert.equal(costOf(ask(text)), undefined);
    assert.equal(costOf(ask(text, {}, "Other")), undefined);
    assert.equal(costOf(ask("{ chains { id } }", {}, "Other")), undefined);
  });
});

describe("what is to lead past the cost", () => {
  it("fragments that double each other: refused, not walked", () => {
    const links = Array.from(
      { length: 40 },
      (_, i) =>
        `fragment F${i} on Grant { ${i < 39 ? `a: parent { ...F${i + 1} } b: parent { ...F${i + 1} }` : "id"} }`,
    );
    assert.equal(refused(`{ grants { nodes { ...F0 } } } ${links.join(" ")}`), "TOO_COMPLEX");
  });

  it("one field asked many times in fragments and aliases", () => {
    const many = Array.from({ length: 30 }, (_, i) => `a${i}: ${HISTORIES.slice(8, -2)}`).join(" ");
    assert.equal(refused(`{ grants(first: 100) { nodes { ${many} } } }`), "TOO_COMPLEX");
    assert.equal(
      refused(`{ ...__schema } fragment __schema on Query { grants(first: 1000) { ${HISTORIES} } }`),
      "TOO_COMPLEX",
    );
    assert.equal(refused(`{ __schema: grants(first: 1000) { ${HISTORIES} } }`), "TOO_COMPLEX");
    assert.equal(
      refused(
        `{ grants(first: 1000) { edges { node { ... on Node { ... on Grant { history { nodes { id } } } } } } } }`,
      ),
      "TOO_COMPLEX",
    );
  });

  it("variables that do not fit are refused, not passed over", () => {
    const text = `query ($n: Int, $m: Boolean!) { grants(first: $n) { ${HISTORIES} } chains @include(if: $m) { id } }`;
    for (const values of [
      { n: "1000", m: true },
      { n: 1_000.5, m: true },
      { n: 1_000 },
      { n: {}, m: true },
      { n: [1_000], m: true },
    ])
      assert.notEqual(refusal(ask(text, values)), undefined, JSON.stringify(values));
    // null for an argument that takes none fails that field alone when it is executed, and the others go on.
    const late = `query ($u: ReadUse) { whoCanRead(credential: "${bytes32(1)}", use: $u) { nodes { purpose } } grants(first: 1000) { ${HISTORIES} } }`;
    assert.notEqual(refusal(ask(late, { u: null })), undefined);
  });

  it("every limit is one that a single field can be asked below", () => assert(MAX_COST > 1_000 * 26));
});

describe("what reads for itself", () => {
  const source = (type: GraphQLObjectType, name: string): string => {
    const options = type.getFields()[name]?.extensions["pothosOptions"] as { resolve?: unknown } | undefined;
    return String(options?.resolve ?? "");
  };

  it("is weighed as such: every resolver that has the database, or reads evidence", () => {
    const reading = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .filter(({ name }) => name !== "Query")
      .flatMap((type) =>
        Object.values(type.getFields())
          .filter(({ name }) => /\bdatabase\b|\bevidenceOf\b/.test(source(type, name)))
          .filter(({ type: of }) => !String(of).includes("Connection"))
          .map(({ name }) => `${type.name}.${name}`),
      );
    assert.deepEqual(reading.sort(), [...READING_FIELDS].sort());
  });
});
