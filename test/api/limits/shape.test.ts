import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GraphQLError, getIntrospectionQuery, parse } from "graphql";
import { MAX_ALIASES, MAX_DEPTH, MAX_DIRECTIVES, overLimits } from "../../../indexer/api/limits/documentLimits.ts";
import { MAX_NESTING, MAX_TOKENS, parseBounded } from "../../../indexer/api/limits/tokens.ts";
import { schema } from "../../../indexer/api/schema.ts";

const messages = (text: string): string[] => overLimits(schema, parse(text)).map(({ message }) => message);
const times = (count: number, text: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => text(i)).join(" ");
const nested = (depth: number, inner: string): string =>
  `grants { nodes { ${"parent { ".repeat(depth - 3)}${inner}${" }".repeat(depth - 3)} } }`;

/** Each is told as too complex, by the limit that is meant. */
const refuses = (text: string, limit: RegExp): void => {
  const errors = overLimits(schema, parse(text));
  assert.match(errors.map(({ message }) => message).join("\n"), limit, text.slice(0, 200));
  for (const { extensions } of errors) assert.equal(extensions["code"], "TOO_COMPLEX");
};

describe("the depth of a document", () => {
  it("is bounded, the last one that is allowed included", () => {
    assert.deepEqual(messages(`{ ${nested(MAX_DEPTH, "id")} }`), []);
    refuses(`{ ${nested(MAX_DEPTH + 1, "id")} }`, /depth limit of 15 exceeded, found 16/);
  });

  it("counts through fragments of any kind", () => {
    refuses(
      `{ ${nested(9, "...A")} } fragment A on Grant { ${"parent { ".repeat(7)}id${" }".repeat(7)} }`,
      /depth limit/,
    );
    refuses(`{ ... on Query { ... { ${nested(MAX_DEPTH + 1, "id")} } } }`, /depth limit/);
    // A fragment that was seen before, at a place where it was allowed.
    refuses(
      `{ a: grants { nodes { ...A } } ${nested(12, "...A")} } fragment A on Grant { parent { parent { parent { parent { id } } } } }`,
      /depth limit/,
    );
  });

  it("lets the introspection of GraphiQL through", () => assert.deepEqual(messages(getIntrospectionQuery()), []));
});

describe("the aliases of a document", () => {
  const aliases = (count: number): string => times(count, (i) => `a${i}: chains { chain }`);

  it("are bounded, the last one that is allowed included", () => {
    assert.deepEqual(messages(`{ ${aliases(MAX_ALIASES)} }`), []);
    refuses(`{ ${aliases(MAX_ALIASES + 1)} }`, /Aliases limit of 30 exceeded, found 31/);
  });

  it("count wherever they are, as often as a fragment is spread", () => {
    refuses(`{ ...A ...B } fragment A on Query { ${aliases(16)} } fragment B on Query { ${aliases(16)} }`, /Aliases/);
    refuses(`{ ...A ... { ...A } ... on Query { ...A } } fragment A on Query { ${aliases(11)} }`, /found 33/);
    refuses(`{ ${times(MAX_ALIASES + 1, (i) => `a${i}: __typename`)} }`, /Aliases/);
    refuses(`{ ${times(MAX_ALIASES + 1, (i) => `__typename: __typename @include(if: ${i % 2 === 0})`)} }`, /Aliases/);
  });
});

describe("the directives of a document", () => {
  const skipped = (count: number): string => "@include(if: true) ".repeat(count);

  it("are bounded", () => {
    assert.deepEqual(messages(`{ chains { chain ${skipped(MAX_DIRECTIVES)} } }`), []);
    refuses(`{ chains { chain ${skipped(MAX_DIRECTIVES + 1)} } }`, /Directives limit of 30 exceeded, found 31/);
    refuses(`query ${skipped(31)} { chains { chain } }`, /Directives/);
    refuses(`{ ...A ${skipped(16)} } fragment A on Query { chains { chain ${skipped(16)} } }`, /found 32/);
    // None of these directives exists: bounded before it is asked what they are.
    refuses(`{ chains { chain ${times(31, (i) => `@d${i}`)} } }`, /Directives/);
  });
});

describe("what went past these limits elsewhere", () => {
  // https://github.com/advisories/GHSA-733v-p3h5-qpq7, GHSA-hmfr-rx46-4jx2 and GHSA-224p-v68g-5g8f: a fragment with the name of
  // introspection was left out of what is counted.
  it("a fragment called __schema hides no depth", () =>
    refuses(`{ ...__schema } fragment __schema on Query { ${nested(MAX_DEPTH + 1, "id")} }`, /depth limit/));

  it("nor aliases, nor directives", () => {
    const aliases = times(31, (i) => `a${i}: chains { chain }`);
    refuses(`{ ...__schema } fragment __schema on Query { ${aliases} }`, /Aliases/);
    refuses(
      `{ ...__schema } fragment __schema on Query { chains { chain ${"@skip(if: false) ".repeat(31)} } }`,
      /Directives/,
    );
  });

  it("an alias called __schema hides nothing", () => {
    refuses(`{ __schema: ${nested(MAX_DEPTH + 1, "id")} }`, /depth limit/);
    refuses(`{ __schema: chains { ${times(31, (i) => `a${i}: chain`)} } }`, /Aliases/);
  });

  it("introspection itself counts", () => {
    const types = (depth: number): string => `${"ofType { ".repeat(depth)}name${" }".repeat(depth)}`;
    refuses(`{ __schema { types { ${types(14)} } } }`, /depth limit/);
    refuses(`{ __schema { types { ${times(31, (i) => `a${i}: name`)} } } }`, /Aliases/);
  });

  it("fragments that spread each other end the count", () => {
    const circle = "{ ...A } fragment A on Query { chains { chain } ...B } fragment B on Query { ...A }";
    assert.deepEqual(messages(circle), []);
    assert.deepEqual(messages("{ ...Nowhere }"), []);
  });

  it("fragments that double each other are counted without walking each of them", () => {
    const names = Array.from({ length: 60 }, (_, i) => `F${i}`);
    const doubling = names
      .map(
        (name, i) =>
          `fragment ${name} on Query { ${i + 1 < names.length ? `...F${i + 1} ... { ...F${i + 1} }` : "a: chains { chain }"} }`,
      )
      .join(" ");
    refuses(`{ ...F0 } ${doubling}`, /Aliases/);
  });
});

describe("the tokens of a document", () => {
  const failure = (text: string): GraphQLError => {
    try {
      parseBounded(text);
    } catch (error) {
      if (error instanceof GraphQLError) return error;
      throw error;
    }
    throw new Error("expected to be refused");
  };

  it("are bounded, the last one that is allowed included", () => {
    assert.equal(parseBounded(`{ ${"a ".repeat(MAX_TOKENS - 2)}}`).definitions.length, 1);
    assert.equal(failure(`{ ${"a ".repeat(MAX_TOKENS - 1)}}`).extensions["code"], "TOO_COMPLEX");
  });

  it("count before the rest is read, whatever that is", () => {
    assert.equal(failure(`{ ${"a ".repeat(MAX_TOKENS)} "never closed`).extensions["code"], "TOO_COMPLEX");
    assert.equal(failure(`{ ${"a{b} ".repeat(60_000)}`).extensions["code"], "TOO_COMPLEX");
  });

  it("do not exhaust the stack, in whatever they are nested", () => {
    for (const open of ["[", "{a:", "{a(b:[", "{"])
      for (const depth of [MAX_NESTING + 1, 1_900, 100_000])
        assert.equal(failure(`{ a(b: ${open.repeat(depth)}`).extensions["code"], "TOO_COMPLEX", `${depth} ${open}`);
    assert.equal(failure(`query ($a: ${"[".repeat(1_900)}`).extensions["code"], "TOO_COMPLEX");
    const lists = (depth: number): string => `{ a(b: ${"[".repeat(depth)}${"]".repeat(depth)}) }`;
    assert.equal(parseBounded(lists(MAX_NESTING - 2)).definitions.length, 1);
    assert.equal(failure(lists(MAX_NESTING - 1)).extensions["code"], "TOO_COMPLEX");
    // Closed before they were opened: the parser says what is wrong.
    assert.equal(failure(`}`.repeat(500)).extensions["code"], undefined);
  });

  it("are not what is wrong with other texts", () => assert.equal(failure("{").extensions["code"], undefined));
});
