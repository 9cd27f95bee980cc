import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import pino from "pino";
import { startApi } from "../../indexer/api/server.ts";
import { freePort, startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { address, bytes32, NOW, openWorld, type World } from "./world.ts";

const CHECK = `{ check(credential: "${bytes32(1)}", grantee: "${address(2)}") { decision } }`;

describe("a database that is slow or away", () => {
  let postgres: TestPostgres;
  let world: World;

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    const chain = await world.chain(1n);
    await chain.mine(NOW - 10n, [{ record: {} }]);
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  const get = async (path: string, url: string) => {
    const response = await fetch(`${url}${path}`);
    return { status: response.status, text: await response.text() };
  };
  /** Another reader of the same ledger, whose statements can be made to wait. */
  const locked = async (work: () => Promise<void>): Promise<void> => {
    const client = new pg.Client({ connectionString: world.databaseUrl });
    await client.connect();
    try {
      await client.query("BEGIN; LOCK TABLE access_grant IN ACCESS EXCLUSIVE MODE");
      await work();
    } finally {
      await client.end();
    }
  };

  it("answers a typed error when a statement takes too long", async () => {
    await locked(async () => {
      const began = Date.now();
      const failure = await world.fail(CHECK);
      assert.deepEqual([failure.code, failure.status], ["RETRYABLE", 503]);
      assert(Date.now() - began < 7_000);
    });
    assert.equal((await world.ask(CHECK)).check.decision, "ALLOWED");
  });

  it("answers a typed error when the database is away, or there and silent", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const silentPort = (silent.address() as { port: number }).port;
    for (const port of [await freePort(), silentPort]) {
      const api = await startApi({
        databaseUrl: `postgresql://nobody:secret@127.0.0.1:${port}/none`,
        host: "127.0.0.1",
        port: 0,
        explore: false,
        maxStalenessSeconds: 60,
        clock: Date.now,
        log: pino({ level: "silent" }),
      });
      const ask = (query: string) =>
        fetch(`${api.url}/graphql`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ query }),
        });
      try {
        const queries = [CHECK, "{ chains { name } }", "{ auditTrail { nodes { id } } }"];
        for (const response of await Promise.all(queries.map(ask))) {
          const text = await response.text();
          assert.equal(response.status, 503, text);
          assert.equal(response.headers.get("retry-after"), "1");
          assert.equal(JSON.parse(text).errors[0].extensions.code, "RETRYABLE");
          assert.doesNotMatch(text, /secret|127\.0\.0\.1|ECONNREFUSED/);
        }
        const { status, text } = await get("/ready", api.url);
        assert.deepEqual([status, JSON.parse(text).why], [503, ["the database does not answer"]]);
        assert.equal((await get("/status", api.url)).status, 503);
        assert.equal((await get("/health", api.url)).status, 200, "the process is alive all the same");
      } finally {
        await api.stop();
      }
    }
    silent.close();
  });

  it("finds the database again when it comes back", async () => {
    await world.ask(CHECK);
    await postgres.restart();
    const deadline = Date.now() + 5_000;
    let decision: string | undefined;
    while (decision === undefined && Date.now() < deadline)
      decision = await world.ask(CHECK).then(
        (data) => data.check.decision,
        () => undefined,
      );
    assert.equal(decision, "ALLOWED");
  });
});
