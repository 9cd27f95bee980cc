import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { guardedFields } from "../../indexer/api/access/guard.ts";
import { INSTITUTION_RULES, OPERATOR_FIELDS } from "../../indexer/api/access/rules.ts";
import { schema } from "../../indexer/api/schema.ts";
import { playScene } from "../api/scene.ts";
import { address, bytes32, openWorld, type World } from "../api/world.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { until } from "../support/wait.ts";
import { type Keyring, openKeyring } from "./keyring.ts";

/** Who may ask what, where keys are asked for. */

const OWN = address(11);
const OTHER = address(12);
const CHECK = `{ check(credential: "${bytes32(1)}", grantee: "${OWN}") { decision } }`;

describe("keys", () => {
  let postgres: TestPostgres;
  let world: World;
  let keys: Keyring;
  const key = {} as Record<"institution" | "other" | "auditor" | "operator", { id: number; key: string }>;

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres, { access: { keys: true, log: false } });
    await playScene(world);
    keys = await openKeyring(world.databaseUrl);
    key.institution = await keys.make("INSTITUTION", OWN);
    key.other = await keys.make("INSTITUTION", OTHER);
    key.auditor = await keys.make("AUDITOR");
    key.operator = await keys.make("OPERATOR");
  });
  after(async () => {
    await keys?.close();
    await world?.close();
    await postgres?.stop();
  });

  /** The first error's code, or none. */
  const codeOf = async (query: string, as?: string): Promise<string | undefined> => {
    const body = (await (await world.post({ query }, as)).json()) as {
      error?: { code: string };
      errors?: { extensions: { code: string } }[];
    };
    return body.error?.code ?? body.errors?.[0]?.extensions.code;
  };

  it("are asked for, and by nothing else satisfied", async () => {
    const response = await world.post({ query: CHECK });
    assert.equal(response.status, 401);
    assert.match(response.headers.get("www-authenticate") ?? "", /^Bearer /);
    assert.equal(((await response.json()) as { error: { code: string } }).error.code, "UNAUTHENTICATED");
    const good = key.auditor.key;
    const wrong = [
      good.slice(0, -1),
      `${good}A`,
      good.toUpperCase(),
      `grantledger_${"A".repeat(43)}`,
      "x",
      "1' OR '1'='1",
    ];
    for (const text of wrong) assert.equal(await codeOf(CHECK, text), "UNAUTHENTICATED", text);
    const send = (headers: Record<string, string>) =>
      fetch(`${world.api.url}/graphql`, {
        ...{ method: "POST", body: JSON.stringify({ query: CHECK }) },
        headers: { "content-type": "application/json", ...headers },
      });
    assert.equal((await send({ authorization: `Basic ${good}` })).status, 401);
    assert.equal((await send({ authorization: `bearer ${good}` })).status, 200);
    const viaGet = `${world.api.url}/graphql?query=${encodeURIComponent(CHECK)}`;
    assert.equal((await fetch(viaGet)).status, 401);
    const preflight = await fetch(viaGet, { method: "OPTIONS" });
    assert.doesNotMatch(await preflight.text(), /ALLOWED|DENIED/);
    assert.notEqual(preflight.status, 401);
    assert.equal((await fetch(viaGet, { headers: { accept: "text/html" } })).status, 401, "a page with a query in it");
    assert.equal((await fetch(viaGet, { headers: { authorization: `Bearer ${good}` } })).status, 200);
  });

  it("are not asked for by what tells nothing of holders", async () => {
    for (const path of ["/", "/health", "/ready", "/status", "/schema.graphql", "/docs/KEYS.md"])
      assert.equal((await fetch(`${world.api.url}${path}`)).status, 200, path);
    const page = await (await fetch(`${world.api.url}/`, { headers: { accept: "text/html" } })).text();
    // GraphiQL's page with a question in it is asked for without a key, and so refused.
    assert.match(page, /with a key where one is asked for/);
    assert(!page.includes('href="/graphql'));
    assert.equal((await fetch(`${world.api.url}/anything`)).status, 401);
    const headers = { authorization: `Bearer ${key.institution.key}` };
    assert.equal((await fetch(`${world.api.url}/anything`, { headers })).status, 403, "not cut down to its grants");
    assert.equal(
      (await fetch(`${world.api.url}/anything`, { headers: { authorization: `Bearer ${key.auditor.key}` } })).status,
      404,
    );
  });

  /** What an institution is answered, and what it is not. */
  const ASKED: readonly [query: string, allowed: boolean][] = [
    [CHECK, true],
    [`{ check(credential: "${bytes32(1)}", grantee: "${OTHER}") { decision } }`, false],
    [
      `{ a: check(credential: "${bytes32(1)}", grantee: "${OWN}") { decision } b: check(credential: "${bytes32(1)}", grantee: "${OTHER}") { decision } }`,
      false,
    ],
    [
      `query { ...F } fragment F on Query { check(credential: "${bytes32(1)}", grantee: "${OTHER}") { decision } }`,
      false,
    ],
    [
      `{ check(credential: "${bytes32(1)}", grantee: "${OWN}") { grants { id history { nodes { kind } } parent { id } onward { nodes { id } } } } }`,
      true,
    ],
    [
      `{ checkMany(checks: [{credential: "${bytes32(1)}", grantee: "${OWN}"}]) { answers { answer { decision } } } }`,
      true,
    ],
    [
      `{ checkMany(checks: [{credential: "${bytes32(1)}", grantee: "${OWN}"}, {credential: "${bytes32(1)}", grantee: "${OTHER}"}]) { answers { id } } }`,
      false,
    ],
    [`{ readableBy(grantee: "${OWN}") { nodes { credential answer { decision } } } }`, true],
    [`{ readableBy(grantee: "${OTHER}") { nodes { credential } } }`, false],
    [`{ whoCanRead(credential: "${bytes32(1)}") { nodes { grantee } } }`, false],
    [`{ grants(filter: {grantee: "${OWN}"}) { nodes { id } } }`, true],
    [`{ grants(filter: {grantor: "${OWN}"}) { nodes { id } } }`, true],
    [`{ grants(filter: {grantee: "${OTHER}"}) { nodes { id } } }`, false],
    [`{ grants(filter: {grantee: "${OTHER}", grantor: "${OWN}"}) { nodes { id } } }`, true],
    [`{ grants { nodes { id } } }`, false],
    [`{ grants(filter: {credential: "${bytes32(1)}"}) { nodes { id } } }`, false],
    [`{ auditTrail(filter: {grantee: "${OWN}"}) { nodes { kind holder { address } } } }`, true],
    [`{ auditTrail(filter: {account: "${OWN}"}) { nodes { kind } } }`, true],
    [`{ auditTrail(filter: {credential: "${bytes32(1)}"}) { nodes { kind } } }`, false],
    [`{ auditTrail { nodes { kind } } }`, false],
    [`{ credential(ref: "${bytes32(1)}") { status } }`, true],
    [`{ credential(ref: "${bytes32(9)}") { status } }`, false],
    [`{ credentials { nodes { credential } } }`, false],
    [`{ chains { name } entities { nodes { name } } entity(account: "${OTHER}") { name } }`, true],
    [`{ accessPeriods(grantee: "${OWN}") { nodes { credential from until } } }`, true],
    [`{ accessPeriods(grantee: "${OTHER}") { nodes { credential } } }`, false],
    [`{ accessPeriods(credential: "${bytes32(1)}") { nodes { grantee } } }`, false],
    [`{ accessPeriods(holder: "${address(0x401)}") { nodes { grantee } } }`, false],
    [`{ retentionCalendar(grantee: "${OWN}") { nodes { ends } } }`, true],
    [`{ retentionCalendar { nodes { ends } } }`, false],
    [`{ processingRecord(grantee: "${OWN}") { nodes { grants } } }`, true],
    [`{ processingRecord(grantee: "${OTHER}") { nodes { grants } } }`, false],
    [`{ queryLog { nodes { request } } }`, false],
    ["{ __typename }", true],
  ];
  for (const [query, allowed] of ASKED)
    it(`an institution ${allowed ? "may" : "may not"} ask ${query.slice(0, 90)}`, async () => {
      assert.equal(await codeOf(query, key.institution.key), allowed ? undefined : "FORBIDDEN");
      const forOthers = query.includes("queryLog") ? "FORBIDDEN" : undefined;
      assert.equal(await codeOf(query, key.auditor.key), forOthers, "an auditor");
      assert.equal(await codeOf(query, key.operator.key), undefined, "an operator");
      assert.equal(await codeOf(query), "UNAUTHENTICATED");
    });

  it("reports as files are for auditors and operators", async () => {
    const url = `${world.api.url}/reports/access.csv?grantee=${OWN}`;
    const status = async (as: string): Promise<number> =>
      (await fetch(url, { headers: { authorization: `Bearer ${as}` } })).status;
    assert.equal((await fetch(url)).status, 401);
    assert.deepEqual(
      [await status(key.institution.key), await status(key.auditor.key), await status(key.operator.key)],
      [403, 200, 200],
    );
  });

  it("what is refused is not answered in part", async () => {
    const query = `{ a: check(credential: "${bytes32(1)}", grantee: "${OTHER}") { decision } }`;
    const response = await world.post({ query }, key.institution.key);
    assert.equal(response.status, 403);
    assert.doesNotMatch(await response.text(), /ALLOWED|DENIED/);
  });

  it("things are found by their ids by those alone whose they are", async () => {
    const ask = async (query: string, as: string) =>
      // biome-ignore lint/suspicious/noExplicitAny: looked into below.
      ((await (await world.post({ query }, as)).json()) as any).data;
    const list = await ask(
      "{ grants { nodes { id grantee { address } } } auditTrail { nodes { id } } chains { id } }",
      key.auditor.key,
    );
    assert(list.grants.nodes.length > 3);
    for (const { id, grantee } of list.grants.nodes)
      for (const query of [
        `{ grant(id: "${id}") { id } }`,
        `{ node(id: "${id}") { id ... on Grant { holder { address } } } }`,
      ]) {
        assert.equal(
          await codeOf(query, key.institution.key),
          grantee.address === OWN ? undefined : "FORBIDDEN",
          query,
        );
        assert.equal(await codeOf(query, key.auditor.key), undefined);
      }
    assert.equal(
      await codeOf(`{ node(id: "${list.auditTrail.nodes[0].id}") { id } }`, key.institution.key),
      "FORBIDDEN",
    );
    assert.equal(await codeOf(`{ node(id: "${list.chains[0].id}") { id } }`, key.institution.key), undefined);
    assert.equal(await codeOf(`{ node(id: "nonsense") { id } }`, key.institution.key), "BAD_INPUT");
  });

  it("revoked ones stop within seconds, new ones work at once, and no other is touched", async () => {
    const made = await keys.make("AUDITOR");
    assert.equal(await codeOf(CHECK, made.key), undefined, "at once");
    await keys.revoke(made.id);
    await until("the key is refused", async () => (await codeOf(CHECK, made.key)) === "UNAUTHENTICATED", {
      withinMs: 10_000,
    });
    assert.equal(await codeOf(CHECK, key.auditor.key), undefined);
  });

  it("are nowhere in the database", async () => {
    const { rows } = await keys.client.query("SELECT k::text AS row FROM api_key k");
    assert(rows.length > 3);
    for (const { key: text } of Object.values(key)) {
      const secret = text.replace("grantledger_", "");
      for (const { row } of rows) {
        assert(!row.includes(secret));
        assert(!row.includes(Buffer.from(secret, "base64url").toString("hex")));
      }
    }
  });

  it("can be made and revoked, and nothing else, whoever writes the SQL", async () => {
    const made = await keys.make("AUDITOR");
    const refused = async (sql: string): Promise<void> => {
      await assert.rejects(keys.client.query(sql), /api_key: /, sql);
    };
    await refused("DELETE FROM api_key");
    await refused("TRUNCATE api_key");
    await refused(`UPDATE api_key SET role = 'OPERATOR' WHERE id = ${made.id}`);
    await refused(`UPDATE api_key SET revoked_at = now(), revoked_by = 'x', name = 'y' WHERE id = ${made.id}`);
    await refused(
      "INSERT INTO api_key (hash, role, name, created_at, created_by) VALUES ('x', 'AUDITOR', 'n', now(), 'b')",
    );
    const sha = `decode(repeat('00', 32), 'hex')`;
    await refused(
      `INSERT INTO api_key (hash, role, name, created_at, created_by) VALUES (${sha}, 'INSTITUTION', 'n', now(), 'b')`,
    );
    await keys.revoke(made.id);
    await refused(`UPDATE api_key SET revoked_at = NULL, revoked_by = NULL WHERE id = ${made.id}`);
    await assert.rejects(keys.revoke(made.id), /was revoked already/);
  });

  it("hold every question and every way from one thing to another: one that no rule names is closed", () => {
    const names = guardedFields(schema).map(([name]) => name);
    const ruled = Object.keys(INSTITUTION_RULES);
    assert.deepEqual(
      ruled.filter((name) => !names.includes(name)),
      [],
      "rules of fields that there are",
    );
    const closed = names.filter((name) => !ruled.includes(name) && !OPERATOR_FIELDS.has(name));
    assert.deepEqual(closed.sort(), ["Query.credentials", "Query.evidence", "Query.whoCanRead"]);
  });

  it("without which nobody is an operator", async () => {
    const open = await openWorld(postgres);
    try {
      assert.equal((await open.fail("{ queryLog { nodes { request } } }")).code, "FORBIDDEN");
      assert.deepEqual(await open.ask("{ grants { nodes { id } } }"), { grants: { nodes: [] } });
    } finally {
      await open.close();
    }
  });

  it("that cannot be read let nobody in", async () => {
    const away = await openWorld(postgres, { access: { keys: true, log: false } });
    const ring = await openKeyring(away.databaseUrl);
    try {
      const { key: good } = await ring.make("AUDITOR");
      await ring.client.query("ALTER TABLE api_key RENAME TO api_key_2");
      const response = await away.post({ query: "{ chains { name } }" }, good);
      assert.deepEqual(
        [response.status, ((await response.json()) as { error: { code: string } }).error.code],
        [503, "RETRYABLE"],
      );
      await ring.client.query("ALTER TABLE api_key_2 RENAME TO api_key");
      assert.equal((await away.post({ query: "{ chains { name } }" }, good)).status, 200);
    } finally {
      await ring.close();
      await away.close();
    }
  });
});
