import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type OperationsOptions, readOperations } from "../../indexer/api/operations.ts";
import { schema } from "../../indexer/api/schema.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { address, bytes32, openWorld, type World } from "./world.ts";

const CHECK = "query ($c: Bytes32!, $g: Address!) { check(credential: $c, grantee: $g) { decision } }";
const variables = { c: bytes32(1), g: address(2) };
const CHAINS = "{ chains { chain } }\n";
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const named = (id: unknown, more: object = {}) => ({
  extensions: { persistedQuery: { version: 1, sha256Hash: id } },
  ...more,
});

let folder: string;
let postgres: TestPostgres;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "grantledger-test-operations-"));
  postgres = await startTestPostgres();
});
after(async () => {
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Files in a folder of their own. */
async function write(files: Readonly<Record<string, string>>): Promise<string> {
  const path = await mkdtemp(join(folder, "of-"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return path;
}

async function serving(operations: OperationsOptions, ask: (world: World) => Promise<void>): Promise<void> {
  const world = await openWorld(postgres, { operations });
  try {
    await ask(world);
  } finally {
    await world.close();
  }
}

async function codeOf(response: Response): Promise<string | undefined> {
  const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
  return errors?.[0]?.extensions.code;
}

describe("operations known by an id", () => {
  it("are answered alone where only they are, by POST and GET", async () => {
    const path = await write({ "check.graphql": CHECK, "chains.graphql": CHAINS, "notes.txt": "nothing" });
    await serving({ path, only: true }, async (world) => {
      const check = await world.post(named(sha256(CHECK), { variables }));
      assert.deepEqual(await check.json(), { data: { check: { decision: "INDETERMINATE" } } });
      const viaGet = new URLSearchParams({ extensions: JSON.stringify(named(sha256(CHAINS)).extensions) });
      const got = await fetch(`${world.api.url}/graphql?${viaGet}`, { headers: { "graphql-require-preflight": "1" } });
      assert.deepEqual(await got.json(), { data: { chains: [] } });
      // Whatever else is tried: another text, a known one as a text, one beside a known id, ids of nothing.
      for (const body of [
        { query: "{ grants { nodes { id } } }" },
        { query: CHECK, variables },
        named(sha256(CHECK), { query: "{ grants { nodes { id } } }" }),
        named(sha256("{ grants { nodes { id } } }")),
        named(""),
        named("__proto__"),
        named("x".repeat(10_000)),
        named(sha256(CHECK).toUpperCase(), { variables }),
      ])
        assert.equal(await codeOf(await world.post(body)), "OPERATION_NOT_ALLOWED", JSON.stringify(body).slice(0, 100));
      for (const body of [
        {},
        named(7),
        { extensions: { persistedQuery: null } },
        { extensions: { persistedQuery: { version: 2, sha256Hash: sha256(CHECK) } } },
      ])
        assert.equal(await codeOf(await world.post(body)), "BAD_INPUT", JSON.stringify(body));
    });
  });

  it("save the text where others are answered too, and are bounded like them", async () => {
    const many = "query ($n: Int!) { grants(first: $n) { nodes { history { nodes { id } } } } }";
    const path = join(await write({ "operations.json": JSON.stringify({ check: CHECK, many }) }), "operations.json");
    await serving({ path, only: false }, async (world) => {
      const check = await world.post(named("check", { variables }));
      assert.deepEqual(await check.json(), { data: { check: { decision: "INDETERMINATE" } } });
      assert.deepEqual(await world.ask(CHAINS), { chains: [] });
      assert.equal(await codeOf(await world.post(named("other"))), "OPERATION_NOT_ALLOWED");
      assert.equal(await codeOf(await world.post(named("many", { variables: { n: 1_000 } }))), "TOO_COMPLEX");
      assert.equal(await codeOf(await world.post({})), "BAD_INPUT");
    });
  });

  it("that are not valid keep the API from starting, each named", async () => {
    const read = (path: string) => () => readOperations({ path, only: true }, schema);
    const wrong = await write({ "a.graphql": "{ nothing }", "b.graphql": "{", "c.graphql": CHAINS });
    assert.throws(read(wrong), (error: Error) => {
      assert.equal(error.name, "OperatorError");
      assert.match(error.message, new RegExp(`${sha256("{ nothing }")}: Cannot query field "nothing"`));
      assert.match(error.message, new RegExp(`${sha256("{")}: Syntax Error`));
      assert.doesNotMatch(error.message, new RegExp(sha256(CHAINS)));
      return true;
    });
    const deep = await write({ "a.graphql": `{ grants { nodes { ${"parent { ".repeat(14)}id${" }".repeat(14)} } } }` });
    assert.throws(read(deep), /depth limit/);
    const empty = join(folder, "empty");
    await mkdir(empty);
    assert.throws(read(empty), /holds no \.graphql file.*api\.operations\.path/);
    assert.throws(read(join(folder, "nowhere")), /ENOENT/);
    const list = await write({ "list.json": "[1]", "text.json": "nonsense" });
    assert.throws(read(join(list, "list.json")), { name: "OperatorError" });
    assert.throws(read(join(list, "text.json")), { name: "OperatorError" });
  });
});
