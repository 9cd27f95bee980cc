import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestPostgres, type TestPostgres } from "../../support/postgres.ts";
import { address, openWorld, type World } from "../world.ts";

const QUERY = "{ chains { chain } }";
const FRIEND = "https://app.example";
const STRANGER = "https://evil.example";

let postgres: TestPostgres;
let closed: World;
let open: World;
before(async () => {
  postgres = await startTestPostgres();
  closed = await openWorld(postgres);
  open = await openWorld(postgres, { allowedOrigins: [FRIEND, "https://second.example"], explore: true });
});
after(async () => {
  await Promise.all([closed?.close(), open?.close()]);
  await postgres?.stop();
});

type Headers = Record<string, string>;
const post = (world: World, headers: Headers = {}) =>
  fetch(`${world.api.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query: QUERY }),
  });
const get = (world: World, headers: Headers = {}) =>
  fetch(`${world.api.url}/graphql?query=${encodeURIComponent(QUERY)}`, { headers });
const preflight = (world: World, origin: string, path = "/graphql") =>
  fetch(`${world.api.url}${path}`, {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type" },
  });
const sharing = (response: Response): string[] =>
  [...response.headers.keys()].filter((name) => name.startsWith("access-control-"));
const codeOf = async (response: Response): Promise<string> => {
  // One that was asked for as a stream of events comes as one.
  const text = (await response.text()).replace(/^[\s\S]*?data: (.*)[\s\S]*$/, "$1");
  const body = JSON.parse(text) as { error?: { code: string }; errors?: { extensions: { code: string } }[] };
  return body.error?.code ?? body.errors?.[0]?.extensions.code ?? "none";
};

describe("pages of other origins", () => {
  it("are let by nothing where none is listed", async () => {
    for (const origin of [FRIEND, "null", closed.api.url]) {
      assert.deepEqual(sharing(await post(closed, { origin })), []);
      const asked = await preflight(closed, origin);
      assert.deepEqual([asked.ok, sharing(asked)], [false, []]);
    }
  });

  it("read answers where they are listed, exactly so", async () => {
    for (const path of ["/graphql", "/status", "/ready"]) {
      const asked = await preflight(open, FRIEND, path);
      assert.equal(asked.status, 204);
      assert.equal(asked.headers.get("access-control-allow-origin"), FRIEND);
      assert.match(asked.headers.get("access-control-allow-headers") ?? "", /content-type/);
    }
    const answer = await post(open, { origin: FRIEND });
    assert.equal(answer.headers.get("access-control-allow-origin"), FRIEND);
    assert.match(answer.headers.get("vary") ?? "", /origin/i);
    assert.equal(answer.headers.get("access-control-allow-credentials"), null);
    for (const origin of [
      STRANGER,
      "null",
      "*",
      `${FRIEND}.evil.example`,
      `${FRIEND}:8443`,
      "http://app.example",
      "https://APP.example",
      `${FRIEND}/`,
    ])
      for (const response of [await post(open, { origin }), await preflight(open, origin)])
        assert.equal(response.headers.get("access-control-allow-origin"), null, origin);
  });

  it("cannot make a browser ask in the dark", async () => {
    // As an image, a link, a form or a fetch without CORS sends it.
    for (const headers of [
      {},
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: STRANGER, "sec-fetch-site": "cross-site" },
      { origin: "null" },
      { "content-type": "text/plain" },
      { "content-type": "application/json" },
      { accept: "text/event-stream", origin: STRANGER },
      { cookie: "graphql-require-preflight=1" },
    ] as Headers[]) {
      const response = await get(closed, headers);
      assert.deepEqual([response.status, await codeOf(response)], [403, "CROSS_SITE"], JSON.stringify(headers));
    }
    assert.equal((await get(closed, { origin: FRIEND })).status, 403);
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "text/plain; application/json",
    ])
      assert.equal((await post(closed, { "content-type": type })).status, 415, type);
  });

  it("cannot have a report made, which a person who follows a link can", async () => {
    const report = (world: World, headers: Headers) =>
      fetch(`${world.api.url}/reports/retention.csv?grantee=${address(1)}`, { headers });
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site", origin: STRANGER },
      { "sec-fetch-site": "cross-site", "sec-fetch-dest": "iframe", "sec-fetch-user": "?1" },
      { "sec-fetch-site": "cross-site", "sec-fetch-dest": "document" },
    ] as Headers[]) {
      const response = await report(open, headers);
      assert.deepEqual([response.status, await codeOf(response)], [403, "CROSS_SITE"], JSON.stringify(headers));
    }
    for (const headers of [
      {},
      { "sec-fetch-site": "none" },
      { "sec-fetch-site": "same-origin" },
      { "sec-fetch-site": "cross-site", origin: FRIEND },
      { "sec-fetch-site": "cross-site", "sec-fetch-dest": "document", "sec-fetch-user": "?1" },
    ] as Headers[])
      assert.equal((await report(open, headers)).status, 200, JSON.stringify(headers));
  });

  it("are not taken for the caller himself", async () => {
    for (const headers of [
      { "graphql-require-preflight": "1" },
      { "x-apollo-operation-name": "Q" },
      { authorization: "Bearer x" },
      { "sec-fetch-site": "same-origin" },
      { "sec-fetch-site": "none" },
    ] as Headers[])
      assert.deepEqual(await (await get(closed, headers)).json(), { data: { chains: [] } }, JSON.stringify(headers));
    assert.equal((await get(open, { origin: FRIEND, "sec-fetch-site": "cross-site" })).status, 200);
    // GraphiQL is opened from a link, and is no question.
    assert.equal((await get(open, { accept: "text/html", "sec-fetch-site": "cross-site" })).status, 200);
  });
});

describe("who asks too often", () => {
  it("is told when to ask again, for himself alone, whatever he asks", async () => {
    const world = await openWorld(postgres, {
      rateLimit: { requests: 3, seconds: 3_600 },
      trustedProxies: ["loopback"],
      allowedOrigins: [FRIEND],
    });
    try {
      const from = (address: string): Headers => ({ "x-forwarded-for": address, origin: FRIEND });
      for (let i = 0; i < 3; i++) assert.equal((await post(world, from("203.0.113.7"))).status, 200);
      const refused = await post(world, from("203.0.113.7"));
      assert.equal(refused.status, 429);
      assert(Number(refused.headers.get("retry-after")) > 3_000);
      // A page is to be able to read that as well.
      assert.equal(refused.headers.get("access-control-allow-origin"), FRIEND);
      assert.equal(await codeOf(refused), "TOO_MANY_REQUESTS");
      const elsewhere = await fetch(`${world.api.url}/status`, { headers: from("203.0.113.7") });
      assert.equal(elsewhere.status, 429);
      assert.equal((await post(world, from("203.0.113.8"))).status, 200);
      // What he wrote before the proxy did makes him nobody else.
      assert.equal((await post(world, from("198.51.100.1, 203.0.113.7"))).status, 429);
      // Whoever looks after the process is counted apart.
      for (let i = 0; i < 3; i++)
        assert.equal((await fetch(`${world.api.url}/health`, { headers: from("203.0.113.7") })).status, 200);
      assert.equal((await fetch(`${world.api.url}/health`, { headers: from("203.0.113.7") })).status, 429);
    } finally {
      await world.close();
    }
  });

  it("is counted by his own address where no proxy is trusted", async () => {
    const world = await openWorld(postgres, { rateLimit: { requests: 2, seconds: 3_600 } });
    try {
      const statuses = [];
      for (let i = 0; i < 4; i++) statuses.push((await post(world, { "x-forwarded-for": `203.0.113.${i}` })).status);
      assert.deepEqual(statuses, [200, 200, 429, 429]);
      // In the form of who is asked.
      const evaluation = await fetch(`${world.api.url}/access/v1/evaluation`, { method: "POST", body: "{}" });
      assert.equal(evaluation.headers.get("content-type"), "application/problem+json");
      assert(Number(evaluation.headers.get("retry-after")) > 3_000);
      const { code, status } = (await evaluation.json()) as { code: string; status: number };
      assert.deepEqual([code, status, evaluation.status], ["TOO_MANY_REQUESTS", 429, 429]);
    } finally {
      await world.close();
    }
  });
});
