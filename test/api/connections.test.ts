import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { getNamedType, isObjectType } from "graphql";
import { schema } from "../../indexer/api/schema.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { credentialEvent, entityEvent, grantEvent } from "./suite.ts";
import { address, bytes32, NOW, openWorld, SUITE, type World } from "./world.ts";

/** Relay's rules of paging (https://relay.dev/graphql/connections.htm#sec-Pagination-algorithm), on every connection there is. */

/** How each is asked for, with `list` where it stands and its arguments of paging as `PAGE`; and where it is in the answer. */
const CONNECTIONS: Readonly<Record<string, { readonly query: string; readonly path: readonly (string | number)[] }>> = {
  "Query.grants": { query: "list: grants(PAGE)", path: ["list"] },
  "Query.auditTrail": { query: "list: auditTrail(PAGE)", path: ["list"] },
  "Query.credentials": { query: "list: credentials(PAGE)", path: ["list"] },
  "Query.entities": { query: "list: entities(PAGE)", path: ["list"] },
  "Query.whoCanRead": { query: `list: whoCanRead(credential: "${bytes32(1)}", PAGE)`, path: ["list"] },
  "Query.readableBy": { query: `list: readableBy(grantee: "${address(21)}", PAGE)`, path: ["list"] },
  "Grant.history": {
    query: `grants(first: 1, filter: { credential: "${bytes32(9)}" }) { nodes { list: history(PAGE) } }`,
    path: ["grants", "nodes", 0, "list"],
  },
  "Grant.onward": {
    query: `grants(first: 1, filter: { credential: "${bytes32(10)}", grantee: "${address(30)}" }) { nodes { list: onward(PAGE) } }`,
    path: ["grants", "nodes", 0, "list"],
  },
  "Credential.history": {
    query: `credentials(first: 1, filter: { issuer: "${address(0xe9)}" }) { nodes { list: history(PAGE) } }`,
    path: ["credentials", "nodes", 0, "list"],
  },
  "Entity.history": {
    query: `entities(first: 1, filter: { account: "${address(0xe1)}" }) { nodes { list: history(PAGE) } }`,
    path: ["entities", "nodes", 0, "list"],
  },
};

const FIELDS =
  "{ pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { __typename } } nodes { __typename } }";
const VARIABLES = "$first: Int, $last: Int, $after: String, $before: String";
const PAGE = "first: $first, last: $last, after: $after, before: $before";

interface Page {
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly edges: readonly { readonly cursor: string }[];
  readonly nodes: readonly unknown[];
}

let postgres: TestPostgres;
let world: World;
before(async () => {
  postgres = await startTestPostgres();
  world = await openWorld(postgres);
  await play(world);
});
after(async () => {
  await world?.close();
  await postgres?.stop();
});

/** Five of everything, at the least. */
async function play({ chain }: World): Promise<void> {
  const one = await chain(1n, "One", SUITE);
  const five = [1, 2, 3, 4, 5];
  await one.mine(NOW - 900n, [
    ...five.map((i) => ({ credential: 1, grantee: 20 + i, record: {} })),
    ...five.map((i) => ({ credential: 1 + i, grantee: 21, record: {} })),
  ]);
  for (const i of five)
    await one.mine(NOW - 800n + BigInt(i), [
      { credential: 9, grantee: 40, record: { expiresAt: NOW + BigInt(i), sequence: i } },
      i === 1
        ? entityEvent("EntityRegistered", { account: 0xe1, kinds: 1, name: "Issuer", sequence: 1 })
        : entityEvent("EntityAmended", { account: 0xe1, kinds: 1, name: `Issuer ${i}`, sequence: i }),
      entityEvent("EntityRegistered", { account: 0xf0 + i, kinds: 2, name: `Bank ${i}`, sequence: 1 }),
    ]);
  const parent = { grantedAt: NOW - 700n, notBefore: NOW - 700n, flags: 4 };
  await one.mine(NOW - 700n, [{ credential: 10, grantee: 30, record: parent }]);
  const of = { credential: 11, holder: 0x411, issuer: 0xe9 };
  const anchored = { anchoredAt: NOW - 700n };
  await one.mine(NOW - 690n, [
    ...five.map((i) =>
      grantEvent(
        "GrantedOnward",
        { credential: 10, grantee: 30 + i, record: { grantedAt: NOW - 690n, notBefore: NOW - 690n, flags: 8 } },
        { grantor: address(30), parentGrantedAt: NOW - 700n },
      ),
    ),
    ...five.map((i) =>
      credentialEvent("CredentialAnchored", {
        credential: 50 + i,
        holder: 0x450,
        issuer: 0xe1,
        type: 7,
        record: anchored,
      }),
    ),
    credentialEvent("CredentialAnchored", { ...of, type: 7, record: anchored }),
    credentialEvent("CredentialSuperseded", {
      ...of,
      supersededBy: 51,
      record: { ...anchored, supersededAt: NOW - 690n, sequence: 2 },
    }),
    credentialEvent("CredentialRevoked", {
      ...of,
      reason: 1,
      record: { ...anchored, supersededAt: NOW - 690n, revokedAt: NOW - 690n, sequence: 3 },
    }),
  ]);
}

async function read(name: string, variables: Record<string, unknown>): Promise<Page> {
  const { query, path } = CONNECTIONS[name] ?? assert.fail(name);
  const text = query.replace(/\(([^()]*)PAGE\)/, `($1${PAGE}) ${FIELDS}`);
  let found = await world.ask(`query (${VARIABLES}) { ${text} }`, variables);
  for (const step of path) found = found[step];
  return found;
}

const cursors = (page: Page): string[] => page.edges.map(({ cursor }) => cursor);

/** The page that Relay's algorithm cuts out of the whole list. */
function expected(all: readonly string[], { first, last, after: from, before: to }: Record<string, unknown>) {
  const low = typeof from === "string" ? all.indexOf(from) + 1 : 0;
  const high = typeof to === "string" ? all.indexOf(to) : all.length;
  const between = all.slice(low, high);
  const page =
    typeof first === "number"
      ? between.slice(0, first)
      : typeof last === "number"
        ? between.slice(between.length - Math.min(last, between.length))
        : between;
  const start = page[0];
  const end = page.at(-1);
  return {
    page,
    pageInfo: {
      // What is beyond a cursor counts as well, since that can be told here.
      hasNextPage: (typeof first === "number" && between.length > first) || high < all.length,
      hasPreviousPage: (typeof last === "number" && between.length > last) || low > 0,
      startCursor: start ?? null,
      endCursor: end ?? null,
    },
  };
}

describe("connections", () => {
  it("are all of them here", () => {
    const there = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .flatMap((type) =>
        Object.values(type.getFields())
          .filter(({ type: of }) => getNamedType(of).name.endsWith("Connection"))
          .map(({ name }) => `${type.name}.${name}`),
      )
      // Needs a key, and has its own test (test/access/queryLog.test.ts).
      .filter((name) => name !== "Query.queryLog");
    assert.deepEqual(there.sort(), Object.keys(CONNECTIONS).sort());
  });

  for (const name of Object.keys(CONNECTIONS)) {
    it(`${name}: walked by two, forwards and backwards`, async () => {
      const all = cursors(await read(name, { first: 1_000 }));
      assert(all.length >= 3, `${all.length} are enough for more than a page`);
      assert.equal(new Set(all).size, all.length);
      const walk = async (size: "first" | "last"): Promise<string[]> => {
        const walked: string[] = [];
        for (let cursor: string | null = null; ; ) {
          const variables = { [size]: 2, [size === "first" ? "after" : "before"]: cursor };
          const page = await read(name, variables);
          const { page: cut, pageInfo } = expected(all, variables);
          assert.deepEqual([cursors(page), page.pageInfo], [cut, pageInfo]);
          assert.equal(page.nodes.length, cut.length);
          if (size === "first") walked.push(...cut);
          else walked.unshift(...cut);
          cursor = size === "first" ? page.pageInfo.endCursor : page.pageInfo.startCursor;
          if (!(size === "first" ? page.pageInfo.hasNextPage : page.pageInfo.hasPreviousPage)) return walked;
        }
      };
      assert.deepEqual(await walk("first"), all);
      assert.deepEqual(await walk("last"), all);
    });

    it(`${name}: any window between two cursors`, async () => {
      const all = cursors(await read(name, { first: 1_000 }));
      for (const size of ["first", "last"])
        for (const count of [0, 1, 2])
          for (const [from, to] of [
            [undefined, undefined],
            [0, undefined],
            [undefined, all.length - 1],
            [0, all.length - 1],
            [0, 1],
            [all.length - 1, undefined],
            [undefined, 0],
          ]) {
            const variables = {
              [size]: count,
              after: from === undefined ? null : all[from],
              before: to === undefined ? null : all[to],
            };
            const page = await read(name, variables);
            const { page: cut, pageInfo } = expected(all, variables);
            assert.deepEqual([cursors(page), page.pageInfo], [cut, pageInfo], JSON.stringify(variables));
          }
    });

    it(`${name}: refuses what is no page`, async () => {
      const { query } = CONNECTIONS[name] ?? assert.fail();
      const text = `query (${VARIABLES}) { ${query.replace(/\(([^()]*)PAGE\)/, `($1${PAGE}) ${FIELDS}`)} }`;
      for (const bad of [{ first: -1 }, { last: -1 }, { first: 1_001 }, { last: 1_001 }, { first: 1, last: 1 }])
        assert.equal((await world.fail(text, bad)).code, "BAD_INPUT", JSON.stringify(bad));
      for (const cursor of ["", "x", "AQ", "AAAA"])
        for (const side of ["after", "before"])
          assert.equal((await world.fail(text, { [side]: cursor })).code, "BAD_CURSOR", `${side} ${cursor}`);
    });
  }
});
