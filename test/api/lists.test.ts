import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { checkedAsync } from "../support/property.ts";
import { playRegistries } from "./registryScene.ts";
import { playScene } from "./scene.ts";
import { address, bytes32, CONTRACT, NOW, openWorld, type World } from "./world.ts";

const ARGS = "$first: Int, $last: Int, $after: String, $before: String";
const PASS = "first: $first, last: $last, after: $after, before: $before";
const PAGE = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } } nodes { id }";
const LISTS = {
  grants: `query (${ARGS}) { list: grants(${PASS}) { ${PAGE} } }`,
  "grants at": `query (${ARGS}) { list: grants(at: ${NOW - 100n}, ${PASS}) { ${PAGE} } }`,
  "grants of a state": `query (${ARGS}) { list: grants(filter: {state: [ACTIVE, RETAINED]}, ${PASS}) { ${PAGE} } }`,
  auditTrail: `query (${ARGS}) { list: auditTrail(${PASS}) { ${PAGE} } }`,
  "auditTrail of a chain": `query (${ARGS}) { list: auditTrail(filter: {chain: 1, retracted: false}, ${PASS}) { ${PAGE} } }`,
} as const;

interface Page {
  readonly pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
  readonly edges: { cursor: string; node: { id: string } }[];
  readonly nodes: { id: string }[];
}

/** Of the registries, which stand in a world of their own. */
const REGISTRY_LISTS = {
  credentials: `query (${ARGS}) { list: credentials(${PASS}) { ${PAGE} } }`,
  "credentials at": `query (${ARGS}) { list: credentials(at: ${NOW - 400n}, filter: {chain: 1}, ${PASS}) { ${PAGE} } }`,
  entities: `query (${ARGS}) { list: entities(${PASS}) { ${PAGE} } }`,
  "entities at": `query (${ARGS}) { list: entities(at: ${NOW - 501n}, ${PASS}) { ${PAGE} } }`,
} as const;

describe("lists", () => {
  let postgres: TestPostgres;
  let world: World;
  let registries: World;

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    registries = await openWorld(postgres);
    await playScene(world);
    await playRegistries(registries);
  });
  after(async () => {
    await world?.close();
    await registries?.close();
    await postgres?.stop();
  });

  const worldOf = (query: string): World => (/(credentials|entities)\(/.test(query) ? registries : world);
  const page = async (query: string, variables: Record<string, unknown>): Promise<Page> =>
    (await worldOf(query).ask(query, variables)).list;
  const ids = (list: Page): string[] => list.edges.map((edge) => edge.node.id);

  for (const [name, query] of Object.entries({ ...LISTS, ...REGISTRY_LISTS })) {
    it(`${name}: walked in twos, forwards and backwards, is the whole list`, async () => {
      const whole = await page(query, { first: 1000 });
      const all = ids(whole);
      assert(all.length >= 5, `${all.length}`);
      assert.equal(new Set(all).size, all.length);
      assert.deepEqual(
        whole.nodes.map((node) => node.id),
        all,
      );
      assert.deepEqual([whole.pageInfo.hasNextPage, whole.pageInfo.hasPreviousPage], [false, false]);
      assert.deepEqual(ids(await page(query, {})), all, "50 by default");
      assert.deepEqual(ids(await page(query, { last: 1000 })), all);

      const forward: string[] = [];
      for (let cursor: string | null = null; ; ) {
        const list: Page = await page(query, { first: 2, after: cursor });
        assert.equal(list.pageInfo.hasPreviousPage, forward.length > 0);
        forward.push(...ids(list));
        assert.equal(list.pageInfo.hasNextPage, forward.length < all.length);
        assert.equal(list.pageInfo.startCursor, list.edges[0]?.cursor);
        cursor = list.pageInfo.endCursor;
        if (!list.pageInfo.hasNextPage) break;
      }
      assert.deepEqual(forward, all);

      const backward: string[] = [];
      for (let cursor: string | null = null; ; ) {
        const list: Page = await page(query, { last: 2, before: cursor });
        assert.equal(list.pageInfo.hasNextPage, backward.length > 0);
        backward.unshift(...ids(list));
        assert.equal(list.pageInfo.hasPreviousPage, backward.length < all.length);
        cursor = list.pageInfo.startCursor;
        if (!list.pageInfo.hasPreviousPage) break;
      }
      assert.deepEqual(backward, all);

      const between = await page(query, {
        first: 2,
        after: whole.edges[0]?.cursor,
        before: whole.edges.at(-1)?.cursor,
      });
      assert.deepEqual(ids(between), all.slice(1, 3));
      assert.deepEqual([between.pageInfo.hasPreviousPage, between.pageInfo.hasNextPage], [true, true]);

      const none = await page(query, { first: 0 });
      assert.deepEqual([none.edges, none.pageInfo.startCursor, none.pageInfo.hasNextPage], [[], null, true]);
      const past = await page(query, { first: 2, after: whole.pageInfo.endCursor });
      assert.deepEqual([past.edges, past.pageInfo.hasNextPage, past.pageInfo.hasPreviousPage], [[], false, true]);
    });

    it(`${name}: refuses counts and cursors that are none`, async () => {
      for (const bad of [
        { first: -1 },
        { last: -1 },
        { first: 1001 },
        { last: 1001 },
        { first: 1, last: 1 },
        { first: 1.5 },
      ])
        assert.equal((await worldOf(query).fail(query, bad)).code, "BAD_INPUT", JSON.stringify(bad));
      const others = { grants: LISTS.auditTrail, credentials: REGISTRY_LISTS.entities, entities: LISTS.auditTrail };
      const other = Object.entries(others).find(([list]) => name.startsWith(list))?.[1] ?? REGISTRY_LISTS.credentials;
      const foreign = (await page(other, { first: 1 })).pageInfo.endCursor;
      for (const cursor of [foreign, "", "AQ", "💥", `${(await page(query, { first: 1 })).pageInfo.endCursor}A`])
        for (const side of ["after", "before"])
          assert.equal((await worldOf(query).fail(query, { [side]: cursor })).code, "BAD_CURSOR", cursor);
    });
  }

  it("answer whatever the cursor, and never with a fault of ours", async () => {
    const cursor = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc
        .tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom(24, 48, 60, 82))
        .chain(([kind, length]) =>
          fc
            .uint8Array({ minLength: length, maxLength: length })
            .map((raw) => Buffer.from([1, kind, ...raw]).toString("base64url")),
        ),
    );
    await checkedAsync(
      fc.asyncProperty(
        fc.constantFrom(...Object.values({ ...LISTS, ...REGISTRY_LISTS })),
        cursor,
        fc.boolean(),
        async (query, text, forward) => {
          const variables = forward ? { first: 2, after: text } : { last: 2, before: text };
          const response = await worldOf(query).post({ query, variables });
          assert(response.status < 500, `${response.status}`);
          const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
          assert(errors === undefined || errors.every((error) => error.extensions.code === "BAD_CURSOR"));
        },
      ),
      150,
    );
  });

  const names = async (query: string): Promise<string[]> => (await world.ask(query)).list.nodes.map(JSON.stringify);

  it("grants: every filter, one by one", async () => {
    const count = async (filter: string, at = ""): Promise<number> =>
      (await names(`{ list: grants(filter: {${filter}}${at}) { nodes { id } } }`)).length;
    assert.equal(await count(""), 10);
    assert.equal(await count(`credential: "${bytes32(1)}"`), 4);
    assert.equal(await count(`grantee: "${address(11)}"`), 5);
    assert.equal(await count(`holder: "${address(0x402)}"`), 3);
    assert.equal(await count(`issuer: "${address(0x50c)}"`), 4);
    assert.equal(await count(`contract: "${CONTRACT}"`), 10);
    assert.equal(await count(`contract: "${address(1)}"`), 0);
    assert.equal(await count("purpose: 2"), 3);
    assert.equal(await count("chain: 2"), 3);
    assert.equal(await count("state: RETAINED"), 1);
    assert.equal(await count("state: [ENDED, RETAINED]"), 3);
    assert.equal(await count("state: RETAINED", `, at: ${NOW - 500n}`), 0);
    assert.equal(await count("", `, at: ${NOW - 901n}`), 0);
    assert.equal(await count(`grantee: "${address(11)}", chain: 1, purpose: 1`), 1);
  });

  it("auditTrail: every filter, one by one", async () => {
    const count = async (filter: string): Promise<number> =>
      (await names(`{ list: auditTrail(filter: {${filter}}) { nodes { id } } }`)).length;
    assert.equal(await count(""), 14);
    assert.equal(await count(`credential: "${bytes32(1)}"`), 6);
    assert.equal(await count(`holder: "${address(0x401)}"`), 6);
    assert.equal(await count(`grantee: "${address(11)}"`), 6);
    assert.equal(await count(`issuer: "${address(0x50c)}"`), 5);
    assert.equal(await count("purpose: 2"), 3);
    assert.equal(await count("chain: 2"), 3);
    assert.equal(await count("kind: REVOKED"), 1);
    assert.equal(await count("kind: [RELEASED, UNDECODED]"), 3);
    assert.equal(await count("retracted: true"), 1);
    assert.equal(await count("retracted: false"), 13);
    assert.equal(await count(`from: ${NOW - 400n}`), 5);
    assert.equal(await count(`to: ${NOW - 400n}`), 9);
    assert.equal(await count(`from: ${NOW - 400n}, to: ${NOW - 399n}`), 3);
  });

  it("refuse filters that are none", async () => {
    for (const list of ["grants", "auditTrail"])
      for (const filter of ["purpose: 0", "purpose: 65536", "chain: 77", 'grantee: "0x1"', "nothing: 1"])
        assert.equal((await world.fail(`{ ${list}(filter: {${filter}}) { nodes { id } } }`)).code, "BAD_INPUT", filter);
    assert.equal((await world.fail(`{ grants(at: ${NOW + 1n}) { nodes { id } } }`)).code, "BAD_INPUT");
  });

  it("nodes are found again by their ids, unknown ones are null, others refused", async () => {
    const found = await world.ask(
      `{ grants(first: 1) { nodes { id grantId } } auditTrail(first: 1) { nodes { id } } chains { id } }`,
    );
    const of = [found.grants.nodes[0].id, found.auditTrail.nodes[0].id, found.chains[0].id];
    const NODE = `query ($id: ID!) { node(id: $id) { __typename id } }`;
    const GRANT = `query ($id: ID!, $at: UnixTime) { grant(id: $id, at: $at) { id grantId state } }`;
    for (const [i, type] of ["Grant", "Event", "Chain"].entries())
      assert.deepEqual((await world.ask(NODE, { id: of[i] })).node, { __typename: type, id: of[i] });
    assert.equal((await world.ask(GRANT, { id: of[0] })).grant.grantId, found.grants.nodes[0].grantId);
    assert.equal((await world.ask(GRANT, { id: of[0], at: Number(NOW - 2000n) })).grant, null);
    for (const id of of) {
      const bytes = Buffer.from(id, "base64url");
      bytes[bytes.length - 1] = 0x7f;
      const unknown = bytes.toString("base64url");
      assert.equal((await world.ask(NODE, { id: unknown })).node, null, id);
    }
    for (const id of ["", "x", "R3JhbnQ6MQ==", found.grants.nodes[0].grantId]) {
      assert.equal((await world.fail(NODE, { id })).code, "BAD_INPUT", id);
      assert.equal((await world.fail(GRANT, { id })).code, "BAD_INPUT", id);
    }
    assert.equal(
      (await world.fail(GRANT, { id: of[1] })).code,
      "BAD_INPUT",
      "the id of an event is not one of a grant",
    );
  });

  it("chains say how far each is known", async () => {
    const { chains } =
      await world.ask(`{ chains { chain name status quarantine headBlock headTime indexedBlock indexedTime
      safeBlock finalizedBlock lag checkedAt events undecoded } }`);
    assert.deepEqual(chains[0], {
      chain: "eip155:1",
      name: "Chain 1",
      status: "LIVE",
      quarantine: null,
      headBlock: 3,
      headTime: Number(NOW - 49n),
      indexedBlock: 3,
      indexedTime: Number(NOW - 49n),
      safeBlock: 2,
      finalizedBlock: 1,
      lag: 0,
      checkedAt: "2027-01-15T08:00:00.000Z",
      events: 11,
      undecoded: 2,
    });
    assert.deepEqual(
      chains.map((chain: { chain: string }) => chain.chain),
      ["eip155:1", "eip155:2"],
    );
  });

  it("grants are looked at at the later of the clock and the newest block of their chain", async () => {
    const two = world.chains.get(2n);
    const query = `{ list: grants(filter: {credential: "${bytes32(77)}", state: ACTIVE}) { nodes { evaluatedAt state } } }`;
    await two?.mine(NOW - 40n, [{ credential: 77, record: { notBefore: NOW + 30n } }]);
    assert.deepEqual((await world.ask(query)).list.nodes, []);
    await two?.mine(NOW + 30n, []);
    assert.deepEqual((await world.ask(query)).list.nodes, [{ evaluatedAt: Number(NOW + 30n), state: "ACTIVE" }]);
  });
});
