import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import { ANYBODY } from "../../../indexer/api/access/caller.ts";
import { createGraphql } from "../../../indexer/api/yoga.ts";
import { startTestPostgres, type TestPostgres } from "../../support/postgres.ts";
import { playScene } from "../scene.ts";
import { address, bytes32, openWorld, type World } from "../world.ts";

/** What a caller sees of the limits: a code, an HTTP status, and no work done for what is refused. */

const TOO_MUCH = {
  depth: `{ grants { nodes { ${"parent { ".repeat(14)}id${" }".repeat(14)} } } }`,
  aliases: `{ ${Array.from({ length: 31 }, (_, i) => `a${i}: chains { id }`).join(" ")} }`,
  directives: `{ chains { id ${"@skip(if: false) ".repeat(31)} } }`,
  tokens: `{ ${"chains { id } ".repeat(700)} }`,
  nesting: `{ a(b: ${"[".repeat(1_500)}`,
  cost: "{ grants(first: 1000) { nodes { history { nodes { id } } } } }",
  fields: `{ grants { nodes { ...F0 } } } ${Array.from({ length: 40 }, (_, i) => `fragment F${i} on Grant { ${i < 39 ? `parent { ...F${i + 1} } onward { nodes { ...F${i + 1} } }` : "id"} }`).join(" ")}`,
};

describe("what is too much", () => {
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

  const post = (body: unknown, accept: string) =>
    fetch(`${world.api.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", accept },
      body: JSON.stringify(body),
    });

  for (const [what, query] of Object.entries(TOO_MUCH))
    it(`is refused as such: ${what}`, async () => {
      const { code, message, status } = await world.fail(query);
      assert.equal(code, "TOO_COMPLEX", message);
      assert.equal(status, 200);
      assert.equal((await post({ query }, "application/graphql-response+json")).status, 400);
      // The second time it comes from what is remembered of it.
      assert.equal((await world.fail(query)).code, "TOO_COMPLEX");
    });

  it("is so by the values of the variables", async () => {
    const query = "query ($n: Int!) { grants(first: $n) { nodes { history { nodes { id } } } } }";
    assert.equal((await world.ask(query, { n: 100 })).grants.nodes.length > 3, true);
    assert.equal((await world.fail(query, { n: 1_000 })).code, "TOO_COMPLEX");
    assert.equal((await world.ask(query, { n: 10 })).grants.nodes.length > 3, true);
    assert.equal((await world.fail(query, { n: "ten" })).code, "BAD_INPUT");
  });

  it("leaves a thousand checks possible", async () => {
    const query =
      "query ($checks: [CheckInput!]!) { checkMany(checks: $checks) { answers { id answer { decision explanation grants { chain state } credentials { status } issuers { status } evaluatedAt { chain block } } } } }";
    const checks = Array.from({ length: 1_000 }, (_, i) => ({ credential: bytes32(i), grantee: address(11) }));
    assert.equal((await world.ask(query, { checks })).checkMany.answers.length, 1_000);
  });

  it("does not keep a question from being asked again with another name of its operation", async () => {
    const query = `query Small { chains { chain } } query Large ${TOO_MUCH.cost}`;
    const asked = async (operationName: string) =>
      (await (await world.post({ query, operationName })).json()) as { errors?: [{ extensions: { code: string } }] };
    assert.equal((await asked("Small")).errors, undefined);
    assert.equal((await asked("Large")).errors?.[0].extensions.code, "TOO_COMPLEX");
    assert.equal((await asked("Neither")).errors?.[0].extensions.code, "BAD_INPUT");
  });
});

describe("an answer that takes too long", () => {
  it("is given up, with a code, and what it waits for is not waited for", async () => {
    // A database that takes every statement and answers none.
    const never = {
      prepared: () => new Promise(() => {}),
      query: () => new Promise(() => {}),
      typed: () => new Promise(() => {}),
    };
    const graphql = createGraphql({
      context: {
        ...{ caller: ANYBODY, database: never, clock: Date.now, maxStalenessSeconds: 60 },
        checks: { read: () => new Promise(() => {}) },
      } as never,
      explore: false,
      maxSeconds: 0.2,
      log: { warn() {}, error() {} } as never,
    });
    const response = await graphql.fetch("http://localhost/graphql", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: `{ check(credential: "${bytes32(1)}", grantee: "${address(2)}") { decision } }` }),
    });
    assert.equal(response.status, 503);
    assert.equal(response.headers.get("retry-after"), "1");
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
    assert.deepEqual(
      errors.map(({ extensions }) => extensions.code),
      ["TIMED_OUT"],
    );
  });

  it("is so long before that by the database's own bound of a statement", async () => {
    const postgres = await startTestPostgres();
    const world = await openWorld(postgres);
    const lock = new pg.Client({ connectionString: world.databaseUrl });
    try {
      await world.chain(1n);
      await lock.connect();
      await lock.query("BEGIN; LOCK TABLE access_grant IN ACCESS EXCLUSIVE MODE");
      const failure = await world.fail("{ grants { nodes { id } } }");
      assert.deepEqual([failure.code, failure.status], ["RETRYABLE", 503]);
    } finally {
      await lock.end();
      await world.close();
      await postgres.stop();
    }
  });
});
