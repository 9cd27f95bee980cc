import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import {
  type DocumentNode,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  visit,
} from "graphql";
import { createYoga } from "graphql-yoga";
import { schema } from "../../indexer/api/schema.ts";
import { compile } from "../../indexer/api/writing/compile.ts";
import { reuseGiven } from "../../indexer/api/writing/given.ts";
import { useWriting } from "../../indexer/api/writing/useWriting.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { type Question, questions } from "./fuzz/documents.ts";
import { harvest, scalarValues } from "./fuzz/pool.ts";
import { playScene } from "./scene.ts";
import { address, bytes32, openWorld, type World } from "./world.ts";

/**
 * An answer that is written is the one that the executor gives, to the byte. A directive that changes nothing is what makes the
 * executor answer.
 */

const QUESTIONS = Number(process.env["GRANTLEDGER_WRITTEN"] ?? 2_000);

const operationOf = (document: DocumentNode): OperationDefinitionNode => {
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  assert(operation);
  return operation;
};
/** Undefined for what is no GraphQL, such as half a character. */
function parsed(query: string): DocumentNode | undefined {
  try {
    return parse(query);
  } catch {
    return undefined;
  }
}
const isPlain = (document: DocumentNode): boolean => compile(schema, document, operationOf(document)) !== undefined;

/** The same, with `@include(if: true)` at everything the operation itself asks for. */
function forExecutor(document: DocumentNode): DocumentNode {
  const include = operationOf(parse("{ a @include(if: true) }")).selectionSet.selections[0]?.directives ?? [];
  return visit(document, {
    OperationDefinition: (operation) => ({
      ...operation,
      selectionSet: {
        ...operation.selectionSet,
        selections: operation.selectionSet.selections.map((one) => ({
          ...one,
          directives: [...(one.directives ?? []), ...include],
        })),
      },
    }),
    Field: () => false,
    FragmentDefinition: () => false,
  }) as DocumentNode;
}

describe(`answers that are written (seed ${seed()})`, () => {
  let postgres: TestPostgres;
  let world: World;
  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    await playScene(world);
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  async function answerTo(document: DocumentNode, variables: Question["variables"]): Promise<string> {
    const response = await world.post({ query: print(document), variables });
    const type = response.headers.get("content-type");
    // Where in the text an error was is the one thing that differs.
    return `${response.status} ${type} ${(await response.text()).replaceAll(/,?"locations":\[[^\]]*\]/g, "")}`;
  }

  async function sameAnswer(question: Question): Promise<string> {
    const document = parse(question.query);
    const other = forExecutor(document);
    assert(!isPlain(other), question.query);
    const written = await answerTo(document, question.variables);
    assert.equal(written, await answerTo(other, question.variables), JSON.stringify(question));
    // And again, when it is known what it asks for.
    assert.equal(await answerTo(document, question.variables), written, JSON.stringify(question));
    return written;
  }

  it("are those of the executor, whatever is asked", async (t) => {
    const asked = fc.sample(questions(schema, scalarValues(await harvest(world))), {
      ...{ numRuns: QUESTIONS, seed: seed() },
    });
    const counts = { plain: 0, answered: 0, refused: 0 };
    const one = async (left: Iterator<Question>): Promise<void> => {
      for (let { value } = left.next(); value !== undefined; { value } = left.next()) {
        const document = parsed(value.query);
        if (document === undefined || !isPlain(document)) continue;
        const answer = await sameAnswer(value);
        counts.plain++;
        counts[answer.includes('"errors"') ? "refused" : "answered"]++;
      }
    };
    const left = asked[Symbol.iterator]();
    await Promise.all(Array.from({ length: 8 }, () => one(left)));
    t.diagnostic(JSON.stringify(counts));
    assert(counts.answered > QUESTIONS / 20 && counts.refused > QUESTIONS / 100, JSON.stringify(counts));
  });

  const GRANT = "credential grantee { address } state record { retention } activeEnd grantor { address } reasonName";
  const PLAIN: Readonly<Record<string, string>> = {
    "a page": `{ grants { edges { cursor node { ${GRANT} } } pageInfo { endCursor hasNextPage } knownAt evaluatedAt { chain } } }`,
    "fields named twice":
      "{ grants { nodes { record { retention } state } nodes { record { expiresAt } state purpose } } }",
    aliases: "{ all: grants { __typename n: nodes { a: state b: state } } }",
    "fragments on a type, an interface and another type": `
      query { ...Q } fragment Q on Query { grants { nodes { ...on Node { __typename ...C ...on Chain { c: __typename } } ...on Grant { state } ...G ...G } } }
      fragment G on Grant { purpose seal } fragment C on Chain { d: __typename }`,
    "no items": `{ grants(filter: { grantee: "${address(4_242)}" }) { nodes { state } pageInfo { startCursor } } }`,
    "a check": `{ check(credential: "${bytes32(1)}", grantee: "${address(12)}") { decision state explanation validUntil } }`,
  };
  const REFUSED: Readonly<Record<string, string>> = {
    "what may not be": `{ grants(first: 1001) { nodes { state } } }`,
    "what is none": `{ grants(filter: { grantee: "0x12" }) { nodes { state } } }`,
  };
  for (const [what, query] of Object.entries({ ...PLAIN, ...REFUSED }))
    it(`are those of the executor: ${what}`, async () => {
      assert(isPlain(parse(query)));
      const answer = await sameAnswer({ query, variables: {} });
      assert.equal(answer.includes('"errors"'), what in REFUSED, answer);
    });

  it("are the executor's where something has to be awaited after all", async () => {
    const query = "{ grants { nodes { state parent { state } } } }";
    assert(isPlain(parse(query)));
    await sameAnswer({ query, variables: {} });
  });

  it("are asked for once, whoever gives the answer in the end", async (t) => {
    const unseen: unknown[] = [];
    const see = (error: unknown): void => void unseen.push(error);
    process.on("unhandledRejection", see);
    t.after(() => process.off("unhandledRejection", see));
    let asked = 0;
    const Found = new GraphQLObjectType({
      name: "Found",
      fields: {
        now: { type: GraphQLString, resolve: () => "now" },
        path: { type: GraphQLString },
        later: { type: GraphQLString, resolve: async () => "later" },
        not: { type: GraphQLString, resolve: () => Promise.reject(new Error("not")) },
        never: { type: GraphQLString, resolve: () => assert.fail("never") },
      },
    });
    const Query = new GraphQLObjectType({
      name: "Query",
      fields: {
        found: { type: Found, resolve: async () => ++asked },
        path: { type: Found, resolve: (_source, _args, _context, info) => ({ path: info.path.key, asked: ++asked }) },
        missed: { type: Found, resolve: async () => assert.fail(`missed ${++asked}`) },
      },
    });
    const yoga = createYoga({
      ...{ schema: reuseGiven(new GraphQLSchema({ query: Query })), logging: false, maskedErrors: false },
      plugins: [useWriting()],
    });
    const ask = async (query: string): Promise<string> => {
      const [headers, body] = [{ "content-type": "application/json" }, JSON.stringify({ query })];
      const response = await yoga.fetch("http://localhost/graphql", { method: "POST", headers, body });
      return (await response.text()).replaceAll(/,?"locations":\[[^\]]*\]/g, "");
    };
    assert.equal(await ask("{ found { now } }"), '{"data":{"found":{"now":"now"}}}');
    assert.equal(await ask("{ found { now later } }"), '{"data":{"found":{"now":"now","later":"later"}}}');
    assert.equal(await ask("{ found { now later } }"), '{"data":{"found":{"now":"now","later":"later"}}}');
    assert.match(
      await ask("{ found { now never } }"),
      /"message":"never".*"data":\{"found":\{"now":"now","never":null\}\}/,
    );
    // Nothing of what was begun twice is left behind to fail unseen.
    assert.match(await ask("{ found { not } }"), /"message":"not"/);
    await new Promise(setImmediate);
    assert.deepEqual(unseen, []);
    assert.equal(asked, 5);
    assert.match(await ask("{ missed { now } }"), /"message":"missed 6","path":\["missed"\]/);
    assert.equal(asked, 6);
    assert.equal(await ask("{ path { path } }"), '{"data":{"path":{"path":"path"}}}', "how it was come to");
    assert.equal(asked, 7);
  });

  const NOT_PLAIN: Readonly<Record<string, string>> = {
    "two questions": "{ chains { name } grants { nodes { state } } }",
    "arguments further down": "{ grants { nodes { history(first: 1) { nodes { kind } } } } }",
    directives: "query ($a: Boolean!) { grants { nodes { state @include(if: $a) } } }",
    "a type that depends on what is found": '{ node(id: "x") { id } }',
    "the schema": "{ __schema { queryType { name } } }",
    "its own name": "{ __typename }",
  };
  for (const [what, query] of Object.entries(NOT_PLAIN))
    it(`are not for ${what}`, () => assert(!isPlain(parse(query))));
});
