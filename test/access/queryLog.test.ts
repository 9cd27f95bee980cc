import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import { address, bytes32, NOW, openWorld, type TestChain, type World } from "../api/world.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { type Keyring, openKeyring } from "./keyring.ts";

/** Every question that is asked with a key is recorded before it is answered, for good, and for the operator to read. */

const OWN = address(2);
const CHECK = `{ check(credential: "${bytes32(1)}", grantee: "${OWN}") { decision evaluatedAt { block } knownAt } }`;

describe("the log of queries", () => {
  let postgres: TestPostgres;
  let world: World;
  let chain: TestChain;
  let keys: Keyring;
  let institution: { id: number; key: string };
  let auditor: { id: number; key: string };
  let operator: { id: number; key: string };

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres, { access: { keys: true, log: true } });
    chain = await world.chain(1n);
    await chain.mine(NOW, [{ record: {} }]);
    keys = await openKeyring(world.databaseUrl);
    institution = await keys.make("INSTITUTION", OWN);
    auditor = await keys.make("AUDITOR");
    operator = await keys.make("OPERATOR");
  });
  after(async () => {
    await keys?.close();
    await world?.close();
    await postgres?.stop();
  });

  interface Logged {
    readonly askedAt: string;
    readonly key: number;
    readonly name: string;
    readonly role: string;
    readonly account: string | null;
    readonly request: string;
    readonly body: string | null;
    readonly status: number | null;
    readonly chains: { chain: string; block: number | null }[];
    readonly knownAt: string;
  }
  const FIELDS = "askedAt key name role account request body status chains { chain block } knownAt";

  const read = async (filter = ""): Promise<Logged[]> => {
    const query = `{ queryLog(last: 50${filter}) { nodes { ${FIELDS} } } }`;
    const body = (await (await world.post({ query }, operator.key)).json()) as {
      data: { queryLog: { nodes: Logged[] } };
    };
    return body.data.queryLog.nodes;
  };
  const newest = async (filter = ""): Promise<Logged> => {
    const last = (await read(filter)).at(-1);
    assert(last !== undefined);
    return last;
  };
  const count = async (): Promise<number> =>
    Number((await keys.client.query("SELECT count(*) FROM query_log")).rows[0].count);

  it("says who asked what, when, and at which block", async () => {
    const body = { query: CHECK, variables: { none: "ü\u0000" }, operationName: null };
    const response = await world.post(body, institution.key);
    assert.equal(response.status, 200);
    const logged = await newest(`, filter: {key: ${institution.id}}`);
    assert.deepEqual(
      { ...logged, knownAt: undefined },
      {
        askedAt: "2027-01-15T08:00:00.000000Z",
        key: institution.id,
        name: `INSTITUTION ${OWN}`,
        role: "INSTITUTION",
        account: OWN,
        request: "POST /graphql",
        body: JSON.stringify(body),
        status: 200,
        chains: [{ chain: "eip155:1", block: Number(chain.height) }],
        knownAt: undefined,
      },
    );
  });

  it("has the answer again, to the byte, after more was learned", async () => {
    const body = await (await world.post({ query: CHECK }, institution.key)).text();
    const { knownAt } = await newest(`, filter: {role: INSTITUTION}`);
    await chain.mine(NOW, [{ kind: "REVOKED", record: { revokedAt: NOW, sequence: 2 } }]);
    assert.equal(
      JSON.parse(await (await world.post({ query: CHECK }, institution.key)).text()).data.check.decision,
      "DENIED",
    );
    const again = CHECK.replace(") {", `, knownAt: "${knownAt}") {`);
    assert.equal(await (await world.post({ query: again }, auditor.key)).text(), body);
  });

  it("holds every way of reading, also what is looked up by an id or in a list", async () => {
    const { grants } = JSON.parse(
      await (await world.post({ query: "{ grants { nodes { id } } }" }, auditor.key)).text(),
    ).data;
    const [{ id }] = grants.nodes;
    for (const query of [
      `{ node(id: "${id}") { id } }`,
      `{ grant(id: "${id}") { id } }`,
      "{ grants { nodes { id } } }",
      "{ auditTrail { nodes { id } } }",
      "{ chains { name } }",
      `{ whoCanRead(credential: "${bytes32(1)}") { nodes { grantee } } }`,
      `{ checkMany(checks: [{credential: "${bytes32(1)}", grantee: "${OWN}"}]) { answers { id } } }`,
    ]) {
      await world.post({ query }, auditor.key);
      const { chains } = await newest(`, filter: {key: ${auditor.id}}`);
      assert.deepEqual(chains, [{ chain: "eip155:1", block: Number(chain.height) }], query);
    }
  });

  it("holds what was not answered too, and what cannot be understood", async () => {
    const ask = async (body: string, status: number): Promise<void> => {
      const headers = { "content-type": "application/json", authorization: `Bearer ${institution.key}` };
      const response = await fetch(`${world.api.url}/graphql`, { method: "POST", headers, body });
      assert.equal(response.status, status, body);
      const logged = await newest(`, filter: {key: ${institution.id}}`);
      assert.deepEqual([logged.body, logged.status], [body, status]);
    };
    await ask(JSON.stringify({ query: "{ whoCanRead(credential: 1) }" }), 200);
    await ask(JSON.stringify({ query: `{ whoCanRead(credential: "${bytes32(1)}") { nodes { grantee } } }` }), 403);
    await ask("\u0000{ not json", 400);
    const target = `/graphql?query=${encodeURIComponent("{ chains { name } }")}`;
    await fetch(`${world.api.url}${target}`, { headers: { authorization: `Bearer ${institution.key}` } });
    const { request, body } = await newest(`, filter: {account: "${OWN}"}`);
    assert.deepEqual([request, body], [`GET ${target}`, null]);
    await fetch(`${world.api.url}/elsewhere`, { headers: { authorization: `Bearer ${auditor.key}` } });
    assert.equal((await newest(`, filter: {key: ${auditor.id}}`)).request, "GET /elsewhere");
  });

  it("is empty of what nobody asked with a key", async () => {
    const before = await count();
    await world.post({ query: CHECK });
    await world.post({ query: CHECK }, "grantledger_wrong");
    await fetch(`${world.api.url}/status`);
    assert.equal(await count(), before);
  });

  it("misses nothing when many ask at once, and pages through it in both directions", async () => {
    const before = await count();
    const all = await Promise.all(Array.from({ length: 300 }, () => world.post({ query: CHECK }, auditor.key)));
    assert(all.every(({ status }) => status === 200));
    assert.equal(await count(), before + 300);
    // biome-ignore lint/suspicious/noExplicitAny: looked into below.
    const page = async (args: string): Promise<any> => {
      const query = `{ queryLog(filter: {to: "2027-01-15T08:00:01Z"}, ${args}) { edges { cursor } pageInfo { hasNextPage hasPreviousPage endCursor startCursor } } }`;
      return JSON.parse(await (await world.post({ query }, operator.key)).text()).data.queryLog;
    };
    const until = (await page("last: 1")).pageInfo.endCursor;
    const forwards: string[] = [];
    for (let after = ""; ; ) {
      const { edges, pageInfo } = await page(`first: 97, before: "${until}"${after}`);
      forwards.push(...edges.map(({ cursor }: { cursor: string }) => cursor));
      if (edges.length < 97) break;
      after = `, after: "${pageInfo.endCursor}"`;
    }
    const backwards: string[] = [];
    for (let at = until; ; ) {
      const { edges, pageInfo } = await page(`last: 101, before: "${at}"`);
      backwards.unshift(...edges.map(({ cursor }: { cursor: string }) => cursor));
      if (edges.length < 101) break;
      at = pageInfo.startCursor;
    }
    assert.deepEqual(forwards, backwards);
    assert.equal(new Set(forwards).size, forwards.length);
    assert.equal(forwards.length, before + 299, "all but the one they were to come before");
  });

  it("cannot be changed, whoever writes the SQL", async () => {
    const before = await count();
    for (const sql of [
      "DELETE FROM query_log",
      "UPDATE query_log SET status = 200",
      "TRUNCATE query_log",
      "TRUNCATE query_log RESTART IDENTITY CASCADE",
    ])
      await assert.rejects(keys.client.query(sql), /query_log: what was asked stays/, sql);
    assert.equal(await count(), before);
  });

  it("that cannot be written: nothing is answered, and then again", async () => {
    await keys.client.query("ALTER TABLE query_log RENAME TO query_log_2");
    const response = await world.post({ query: CHECK }, institution.key);
    const text = await response.text();
    assert.equal(response.status, 503);
    assert.equal(JSON.parse(text).error.code, "RETRYABLE");
    assert.doesNotMatch(text, /ALLOWED|DENIED|query_log/);
    const elsewhere = await fetch(`${world.api.url}/elsewhere`, {
      headers: { authorization: `Bearer ${auditor.key}` },
    });
    assert.equal(elsewhere.status, 503);
    await keys.client.query("ALTER TABLE query_log_2 RENAME TO query_log");
    assert.equal((await world.post({ query: CHECK }, institution.key)).status, 200);
  });

  describe("written as a role that can do nothing else", () => {
    const page = readFileSync(new URL("../../docs/KEYS.md", import.meta.url), "utf8");
    const statements = [...page.matchAll(/^ {4}((?:CREATE ROLE|GRANT) .+;)$/gm)].map(([, sql]) => sql ?? "");

    it("which docs/KEYS.md makes: it inserts, and neither reads nor changes", async () => {
      assert.equal(statements.length, 3);
      for (const sql of statements) await keys.client.query(sql);
      const url = new URL(world.databaseUrl);
      const password = /PASSWORD '([^']+)'/.exec(statements[0] ?? "")?.[1] ?? "";
      Object.assign(url, { username: "grantledger_log", password });
      const writer = new pg.Client({ connectionString: url.href });
      await writer.connect();
      for (const sql of [
        "SELECT FROM query_log",
        "DELETE FROM query_log",
        "UPDATE query_log SET status = 1",
        "TRUNCATE query_log",
        "SELECT FROM api_key",
        "SELECT FROM access_grant",
        "ALTER TABLE query_log DISABLE TRIGGER ALL",
        "DROP TABLE query_log",
      ])
        await assert.rejects(writer.query(sql), /permission denied|must be owner/, sql);
      await writer.end();

      const { startApi } = await import("../../indexer/api/server.ts");
      const { default: pino } = await import("pino");
      const start = (logUrl: string) =>
        startApi({
          ...{ databaseUrl: world.databaseUrl, host: "127.0.0.1", port: 0, explore: false, maxStalenessSeconds: 60 },
          access: { keys: true, log: true, logUrl },
          clock: () => Number(world.now) * 1000,
          log: pino({ level: "silent" }),
        });
      const ask = async (api: { url: string }) =>
        fetch(`${api.url}/graphql`, {
          method: "POST",
          headers: { "content-type": "application/json", authorization: `Bearer ${institution.key}` },
          body: JSON.stringify({ query: CHECK }),
        });
      const before = await count();
      const right = await start(url.href);
      const wrong = await start(world.databaseUrl);
      try {
        assert.equal((await ask(right)).status, 200);
        assert.equal(await count(), before + 1);
        // One that could do more is not taken for one that cannot.
        assert.equal((await ask(wrong)).status, 503);
        assert.equal(await count(), before + 1);
      } finally {
        await Promise.all([right.stop(), wrong.stop()]);
      }
    });
  });
});
