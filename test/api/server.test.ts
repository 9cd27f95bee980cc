import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import pino from "pino";
import { startApi } from "../../indexer/api/server.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { address, bytes32, NOW, openWorld, type TestChain, type World } from "./world.ts";

const CHECK = `{ check(credential: "${bytes32(1)}", grantee: "${address(2)}") { decision } }`;

describe("the server", () => {
  let postgres: TestPostgres;
  let world: World;
  let chain: TestChain;

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  const get = async (path: string, url = world.api.url) => {
    const response = await fetch(`${url}${path}`);
    return { status: response.status, text: await response.text() };
  };
  const ready = async () => {
    const { status, text } = await get("/ready");
    return { status, ...(JSON.parse(text) as { ready: boolean; why: string[] }) };
  };

  it("is alive at once, and ready when every chain is live and fresh", async () => {
    assert.equal((await get("/health")).status, 200);
    assert.deepEqual(await ready(), { status: 503, ready: false, why: ["no chain is indexed yet"] });
    chain = await world.chain(1n, "One");
    assert.match((await ready()).why[0] ?? "", /eip155:1 \(One\): its history is still to be read/);
    await chain.mine(NOW - 10n, [{ record: {} }], { caughtUp: false, head: 7n });
    assert.match((await ready()).why[0] ?? "", /still being read: 6 blocks to go/);
    await chain.confirm();
    assert.deepEqual(await ready(), { status: 200, ready: true, why: [] });
    world.now += 61n;
    assert.match((await ready()).why[0] ?? "", /not confirmed the head for 61 s, more than 60 s/);
    world.now -= 61n;
  });

  it("reports each chain", async () => {
    const { status, text } = await get("/status");
    assert.equal(status, 200);
    assert.deepEqual(JSON.parse(text), {
      time: "2027-01-15T08:00:00.000Z",
      ready: true,
      why: [],
      chains: [
        {
          chain: "eip155:1",
          name: "One",
          status: "LIVE",
          verification: "LINKED",
          why: null,
          head: 1,
          indexed: 1,
          lag: 0,
          safe: null,
          finalized: null,
          checkedAt: "2027-01-15T08:00:00.000Z",
          events: 1,
          runner: null,
        },
      ],
    });
  });

  it("answers elsewhere with a short error", async () => {
    const { status, text } = await get("/nowhere");
    assert.equal(status, 404);
    assert.equal(JSON.parse(text).error.code, "NOT_FOUND");
    assert.match((await get("/")).text, /\/graphql/);
    assert.equal((await get("/graphql/more")).status, 404);
  });

  it("shows its schema and GraphiQL only where it is to be explored", async () => {
    const INTROSPECTION = "{ __schema { types { name } } }";
    for (const query of [
      INTROSPECTION,
      "{ s: __schema { queryType { name } } }",
      "{ ...__schema } fragment __schema on Query { __schema { queryType { name } } }",
      'query { ... on Query { __type(name: "Grant") { name } } }',
    ])
      assert.equal((await world.fail(query)).code, "BAD_INPUT", query);
    assert.deepEqual(await world.ask("{ __typename }"), { __typename: "Query" });
    const html = { headers: { accept: "text/html" } };
    assert.doesNotMatch(await (await fetch(`${world.api.url}/graphql`, html)).text(), /graphiql/i);

    const open = await openWorld(postgres, { explore: true });
    try {
      assert((await open.ask(INTROSPECTION)).__schema.types.length > 20);
      const page = await (await fetch(`${open.api.url}/graphql`, html)).text();
      assert.match(page, /graphiql/i);
      // What the page loads comes from us: no script, style or picture of another host.
      assert.deepEqual(page.match(/<(?:script|link|img)[^>]+(?:src|href)=["']?https?:[^>]*>/gi), null);
    } finally {
      await open.close();
    }
  });

  it("reads only JSON of a bounded size, and only reads", async () => {
    const post = (body: string, type = "application/json") =>
      fetch(`${world.api.url}/graphql`, { method: "POST", headers: { "content-type": type }, body });
    assert.equal((await post(JSON.stringify({ query: CHECK, extensions: { pad: "x".repeat(256_000) } }))).status, 413);
    assert.equal((await post("query=1", "application/x-www-form-urlencoded")).status, 415);
    assert.equal((await post(CHECK, "text/plain")).status, 415);
    for (const body of ["", "nonsense", "null", "[]", "7", '{"query": 7}', "{}"]) {
      const response = await post(body);
      assert(response.status < 500, body);
      const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
      assert.equal(errors[0]?.extensions.code, "BAD_INPUT", body);
    }
    assert.equal((await world.fail("mutation { check { decision } }")).code, "BAD_INPUT");
    assert.equal((await fetch(`${world.api.url}/graphql`, { method: "DELETE" })).status, 405);
    const viaGet = await fetch(`${world.api.url}/graphql?query=${encodeURIComponent(CHECK)}`, {
      headers: { "graphql-require-preflight": "1" },
    });
    assert.deepEqual(await viaGet.json(), { data: { check: { decision: "ALLOWED" } } });
  });

  it("says nothing of its inside when it fails", async () => {
    const client = new pg.Client({ connectionString: world.databaseUrl });
    await client.connect();
    await client.query("ALTER TABLE reorg RENAME TO reorg_2; ALTER TABLE event RENAME COLUMN seal TO seal_2");
    try {
      const response = await world.post({ query: "{ auditTrail { nodes { id } } }" });
      assert.equal(response.status, 500);
      const text = await response.text();
      assert.equal(JSON.parse(text).errors[0].extensions.code, "INTERNAL");
      assert.doesNotMatch(text, /seal|SELECT|stack|\.ts\b/);
    } finally {
      await client.query("ALTER TABLE reorg_2 RENAME TO reorg; ALTER TABLE event RENAME COLUMN seal_2 TO seal");
      await client.end();
    }
  });

  it("cannot write, whatever it is made to say", async () => {
    const { Database } = await import("../../indexer/api/database.ts");
    const database = new Database(world.databaseUrl, () => {});
    await assert.rejects(database.query("DELETE FROM event", []), (error: Error) =>
      /read-only transaction/.test(String((error.cause as Error).message)),
    );
    await database.close();
  });

  it("says which address it cannot listen on", async () => {
    const port = Number(new URL(world.api.url).port);
    await assert.rejects(
      startApi({
        databaseUrl: world.databaseUrl,
        host: "127.0.0.1",
        port,
        explore: false,
        maxStalenessSeconds: 60,
        clock: Date.now,
        log: pino({ level: "silent" }),
      }),
      { name: "OperatorError", message: new RegExp(`127.0.0.1:${port} .*free the port`) },
    );
  });

  it("stops: what is under way is answered, nothing new is taken", async () => {
    const other = await openWorld(postgres);
    const lonely = await other.chain(1n);
    await lonely.mine(NOW - 10n, [{ record: {} }]);
    const client = new pg.Client({ connectionString: other.databaseUrl });
    await client.connect();
    await client.query("BEGIN; LOCK TABLE access_grant IN ACCESS EXCLUSIVE MODE");
    const answer = other.ask(CHECK);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const stopped = other.api.stop();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const port = Number(new URL(other.api.url).port);
    await assert.rejects(
      new Promise((resolve, reject) => connect(port, "127.0.0.1", () => resolve(undefined)).once("error", reject)),
    );
    await client.query("ROLLBACK");
    await client.end();
    assert.equal((await answer).check.decision, "ALLOWED");
    await stopped;
    await lonely.writer.close();
  });
});
