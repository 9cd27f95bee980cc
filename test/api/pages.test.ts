import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { buildSchema, parse, validate } from "graphql";
import pg from "pg";
import { html } from "../../indexer/api/pages/html.ts";
import { READERS } from "../../indexer/api/pages/readers.ts";
import { SDL_PATH } from "../../indexer/api/printSchema.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { NOW, openWorld, type World } from "./world.ts";

const BROWSER = { headers: { accept: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8" } };
const HOSTILE = `One <script>alert("1")</script> & 'two'`;

/** Values of an attribute. */
const attributes = (page: string, name: string): string[] =>
  [...page.matchAll(new RegExp(`\\s${name}="([^"]*)"`, "g"))].map(([, value]) =>
    String(value).replaceAll("&amp;", "&").replaceAll("&#39;", "'"),
  );

describe("the pages", () => {
  let postgres: TestPostgres;
  let world: World;
  let closed: World;

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres, { explore: true });
    closed = await openWorld(postgres);
    const one = await world.chain(1n, HOSTILE);
    await one.mine(NOW - 10n, [{ record: {} }]);
  });
  after(async () => {
    await world?.close();
    await closed?.close();
    await postgres?.stop();
  });

  const get = async (path: string, at = world, options: RequestInit = BROWSER) => {
    const response = await fetch(`${at.api.url}${path}`, options);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  it("show a browser the chains, and a program the paths", async () => {
    const { status, headers, text } = await get("/");
    assert.equal(status, 200);
    assert.equal(headers.get("content-type"), "text/html; charset=utf-8");
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("vary"), "accept");
    assert.match(text, /Answers can be relied on for every chain/);
    assert.match(text, /<td>eip155:1<\/td><td class="good">LIVE<\/td><td>LINKED<\/td><td class="number">1<\/td>/);
    const program = await get("/", world, {});
    assert.equal(program.headers.get("content-type"), "text/plain; charset=utf-8");
    assert.match(program.text, /\/schema\.graphql/);
    assert.equal((await get("/", world, { ...BROWSER, method: "HEAD" })).status, 200);
  });

  it("say what cannot be relied on, and why", async () => {
    world.now += 61n;
    const { text } = await get("/");
    world.now -= 61n;
    assert.match(text, /Not every answer can be relied on now/);
    assert.match(text, /not confirmed the head for 61 s/);
    assert.match((await get("/", closed)).text, /no chain is indexed yet/);
  });

  it("show what an operator or a node wrote as text, never as more", async () => {
    const { text } = await get("/");
    assert.doesNotMatch(text, /<script/i);
    assert(text.includes("One &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;two&#39;"));
    assert.equal(html`<a title="${'">'}">${["<", html`<b>`, null, 1]}</a>`.text, '<a title="&quot;&gt;">&lt;<b>1</a>');
  });

  for (const path of ["/", "/docs/API.md", "/docs/ARCHITECTURE.md"])
    it(`${path} loads nothing, runs nothing, and allows nobody to`, async () => {
      const { headers, text } = await get(path);
      const style = /<style>([\s\S]*?)<\/style>/.exec(text)?.[1] ?? "";
      const digest = createHash("sha256").update(style).digest("base64");
      assert.equal(
        headers.get("content-security-policy"),
        `default-src 'none'; style-src 'sha256-${digest}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      );
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.equal(headers.get("referrer-policy"), "no-referrer");
      assert.doesNotMatch(text, /<(?:script|img|iframe|object|form)\b|\son\w+=|\sstyle=/i);
      assert.deepEqual(attributes(text, "src"), []);
      assert.equal(text.match(/<link\b/g)?.length, 1);
      assert.match(text, /<link rel="icon" href="data:,">/);
    });

  it("lead to places that there are", async () => {
    const links = attributes((await get("/")).text, "href").filter((href) => href.startsWith("/"));
    assert(links.length > 15);
    for (const href of links) assert.equal((await get(href)).status, 200, href);
  });

  it("the documents lead to places that there are, down to the heading", async () => {
    const names = attributes((await get("/")).text, "href").flatMap((href) => /^\/docs\/(.+)$/.exec(href)?.[1] ?? []);
    assert(names.includes("INSTITUTIONS.md") && names.includes("AUDITORS.md") && names.length > 10);
    const pages = new Map<string, string>();
    for (const name of names) pages.set(`/docs/${name}`, (await get(`/docs/${name}`)).text);
    let fragments = 0;
    for (const [path, text] of pages)
      for (const href of attributes(text, "href")) {
        const [to = "", fragment] = (href.startsWith("#") ? `${path}${href}` : href).split("#");
        if (!to.startsWith("/docs/")) continue;
        assert(pages.has(to), `${path}: ${href}`);
        if (fragment === undefined || fragment === "content") continue;
        fragments += 1;
        assert(attributes(pages.get(to) ?? "", "id").includes(fragment), `${path}: ${href}`);
      }
    assert(fragments > 3, `${fragments}`);
  });

  it("open GraphiQL with a query for each reader, where there is one; each is answered as it stands", async () => {
    const links = attributes((await get("/")).text, "href").filter((href) => href.startsWith("/graphql?"));
    assert.deepEqual(
      links.map((href) => new URL(href, "http://localhost").searchParams.get("query")),
      READERS.map(({ query }) => query),
    );
    for (const { query } of READERS) assert.ok(await world.ask(query), query);
    const { text } = await get("/", closed);
    assert(!text.includes('href="/graphql'));
    assert.match(text, /They can be copied from here/);
    for (const { query } of READERS) assert(text.includes(html`${query}`.text));
  });

  it("serve the schema that is committed, wherever it is, and nothing else of the disk", async () => {
    for (const at of [world, closed]) {
      const { status, text } = await get("/schema.graphql", at);
      assert.equal(status, 200);
      assert.equal(text, readFileSync(SDL_PATH, "utf8"));
      assert.deepEqual(validate(buildSchema(text), parse(READERS[0]?.query ?? "")), []);
    }
    for (const path of [
      "/docs/",
      "/docs/NONE.md",
      "/docs/..%2FREADME.md",
      "/docs/../package.json",
      "/docs/%2e%2e/README.md",
      "/docs/API.md/",
      "/docs/constructor",
    ])
      assert.equal((await get(path)).status, 404, path);
    assert.notEqual((await get("/schema.graphql", world, { method: "POST" })).status, 200);
  });

  it("are there when the ledger is not, and say so", async () => {
    const client = new pg.Client({ connectionString: closed.databaseUrl });
    await client.connect();
    await client.query("ALTER TABLE chain RENAME TO chain_2");
    try {
      const { status, text } = await get("/", closed);
      assert.equal(status, 500);
      assert.match(text, /the database holds no ledger that this version can read/);
      assert.doesNotMatch(text, /chain_2|relation|SELECT/);
      assert.match(text, /href="\/docs\/INSTITUTIONS\.md"/);
    } finally {
      await client.query("ALTER TABLE chain_2 RENAME TO chain");
      await client.end();
    }
  });
});
