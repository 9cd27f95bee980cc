import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Client, createClient, type Document, type List } from "../../client/client.ts";
import { playRegistries } from "../api/registryScene.ts";
import { playScene } from "../api/scene.ts";
import { address, bytes32, NOW, openWorld, type World } from "../api/world.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";

const PAIRS = [1, 2, 3, 9, 77].flatMap((credential) =>
  [2, 11, 12].flatMap((grantee) =>
    (["PURPOSE", "RECORD_KEEPING"] as const).map((use) => ({
      credential: bytes32(credential),
      grantee: address(grantee),
      use,
    })),
  ),
);
const RAW = `query ($credential: Bytes32!, $grantee: Address!, $use: ReadUse, $chain: ChainId) {
  check(credential: $credential, grantee: $grantee, use: $use, chain: $chain) { decision reason state validUntil explanation }
}`;

async function all<Item>(list: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of list) items.push(item);
  return items;
}

describe("the client", () => {
  let postgres: TestPostgres;
  let world: World;
  let registries: World;
  let client: Client;

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    registries = await openWorld(postgres);
    await playScene(world);
    await playRegistries(registries);
    client = createClient({ url: world.api.url });
  });
  after(async () => {
    await world?.close();
    await registries?.close();
    await postgres?.stop();
  });

  it("says of every pair what the API says, one by one and all at once", async () => {
    const many = await client.checkMany(PAIRS);
    const decisions = new Set<string>();
    for (const [i, pair] of PAIRS.entries()) {
      const raw = (await world.ask(RAW, pair)).check;
      for (const answer of [await client.check(pair), many.answers[i]?.answer]) {
        assert(answer);
        const { decision, reason, state, validUntil, explanation } = answer;
        assert.deepEqual({ decision, reason, state, validUntil, explanation }, raw);
        assert.equal(answer.allowed, raw.decision === "ALLOWED");
        assert.equal(answer.evaluatedAt.length, 2);
      }
      decisions.add(raw.decision);
    }
    assert.deepEqual([...decisions].sort(), ["ALLOWED", "DENIED"]);
  });

  it("asks a thousand questions at once, and is told that more are too many", async () => {
    const many = Array.from({ length: 1_000 }, (_, i) => ({
      id: `file ${i}`,
      credential: bytes32(1 + (i % 4)),
      grantee: address(11 + (i % 2)),
      purpose: 1 + (i % 3),
    }));
    const { answers } = await client.checkMany(many);
    assert.deepEqual(
      answers.map(({ id }) => id),
      many.map(({ id }) => id),
    );
    const allowed = answers.filter(({ answer }) => answer.allowed).length;
    assert(allowed > 0 && allowed < 1_000, `${allowed}`);
    await assert.rejects(client.checkMany([...many, ...many.slice(0, 1)]), { code: "BAD_INPUT" });
  });

  it("tells what is not known from what is allowed", async () => {
    const three = await world.chain(3n);
    await three.mine(NOW - 900n, [{ credential: 1, grantee: 11, record: {} }], { caughtUp: false, head: 9n });
    try {
      const pair = { credential: bytes32(1), grantee: address(11), chain: "eip155:3" };
      assert.equal((await world.ask(RAW, pair)).check.decision, "INDETERMINATE");
      const answer = await client.check(pair);
      assert.equal(answer.allowed, false);
      assert.equal(answer.decision, "INDETERMINATE");
      assert.equal(answer.reason, "CHAIN_BEHIND");

      const readers = client.whoCanRead({ credential: bytes32(1) });
      await assert.rejects(all(readers), { code: "INCOMPLETE", retryable: true });
      const pages = await all(readers.pages());
      assert.deepEqual(
        pages.map(({ complete }) => complete),
        [false],
      );
      assert(pages.some(({ items }) => items.length > 0));
    } finally {
      await three.mine(NOW - 10n, []);
    }
  });

  it("knows its own block, and an earlier moment however it is written", async () => {
    const one = world.chains.get(1n);
    assert(one);
    const pair = { credential: bytes32(9), grantee: address(2) };
    const answer = await client.check({ ...pair, atLeast: { chain: 1, block: one.height } });
    assert.equal(answer.allowed, true);
    await assert.rejects(client.check({ ...pair, atLeast: { chain: 1, block: one.height + 1n } }, { retries: 0 }), {
      code: "NOT_YET_INDEXED",
      retryable: true,
    });
    for (const at of [new Date(Number(NOW - 60n) * 1000), Number(NOW - 60n), "2027-01-15T07:59:00Z"])
      assert.equal((await client.check({ ...pair, at })).reason, "NO_GRANT", String(at));
    assert.equal((await client.check({ ...pair, knownAt: answer.knownAt })).explanation, answer.explanation);
  });

  it("says which argument is wrong", () =>
    assert.rejects(client.check({ credential: "0x12", grantee: address(2) }), { code: "BAD_INPUT", attempts: 1 }));

  const lists: Record<string, (to: Client, pageSize: number) => List<object>> = {
    grants: (to, pageSize) => to.grants({}, { pageSize }),
    "grants of a grantee": (to, pageSize) => to.grants({ filter: { grantee: address(11) } }, { pageSize }),
    auditTrail: (to, pageSize) => to.auditTrail({}, { pageSize }),
    whoCanRead: (to, pageSize) => to.whoCanRead({ credential: bytes32(1), use: "RECORD_KEEPING" }, { pageSize }),
    readableBy: (to, pageSize) => to.readableBy({ grantee: address(11) }, { pageSize }),
  };
  const ofRegistries: Record<string, (to: Client, pageSize: number) => List<object>> = {
    credentials: (to, pageSize) => to.credentials({}, { pageSize }),
    entities: (to, pageSize) => to.entities({ filter: { kind: ["ISSUER"] } }, { pageSize }),
  };
  for (const [name, list] of Object.entries({ ...lists, ...ofRegistries }))
    it(`${name}: the same in pages of any size`, async () => {
      const to = name in lists ? client : createClient({ url: registries.api.url });
      const whole = await all(list(to, 1000));
      assert(whole.length > 1, `${whole.length}`);
      for (const size of [1, 2, 7]) assert.deepEqual(await all(list(to, size)), whole);
    });

  it("reads a list as it was when it was begun, whatever comes between its pages", async () => {
    const two = world.chains.get(2n);
    assert(two);
    const before = await all(client.grants());
    const seen: string[] = [];
    for await (const { id } of client.grants({}, { pageSize: 2 })) {
      seen.push(id);
      assert(seen.length <= before.length, "it comes upon what was added meanwhile");
      // Behind the place that was read up to, where a list that is read anew would come upon it.
      await two.mine(NOW, [{ credential: 0xfff, grantee: 0x900 + seen.length, record: {} }]);
    }
    assert.deepEqual(
      seen,
      before.map(({ id }) => id),
    );
    assert.equal((await all(client.grants())).length, before.length + seen.length);
  });

  it("stops asking when a list is left", async () => {
    let asked = 0;
    const counting = createClient({
      url: world.api.url,
      fetch: (...args) => {
        asked += 1;
        return fetch(...args);
      },
    });
    for await (const _ of counting.auditTrail({}, { pageSize: 1 })) break;
    assert.equal(asked, 1);
  });

  it("goes through no page twice", async () => {
    const page = { nodes: [], pageInfo: { hasNextPage: true, endCursor: "c" }, knownAt: "k", evaluatedAt: [] };
    const looping = createClient({ url: world.api.url, fetch: async () => Response.json({ data: { page } }) });
    await assert.rejects(all(looping.grants()), { code: "BAD_ANSWER" });
  });

  it("reads what the registries say, the chains, and any other query", async () => {
    const to = createClient({ url: registries.api.url });
    const { status, latest, registries: said } = await to.credential({ ref: bytes32(1) });
    assert.deepEqual([status, latest], ["SUPERSEDED", bytes32(6)]);
    assert.equal(said[0]?.chain, "eip155:1");
    assert.deepEqual(
      (await to.chains()).map(({ name }) => name),
      ["One", "Two"],
    );
    const own = "query ($ref: Bytes32!) { credential(ref: $ref) { versions } }" as Document<
      { readonly credential: { readonly versions: readonly string[] } },
      { readonly ref: string }
    >;
    assert((await to.request(own, { ref: bytes32(1) })).credential.versions.includes(bytes32(2)));
  });
});
