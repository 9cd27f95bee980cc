import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { HOSTILE, playRegistries } from "./registryScene.ts";
import { credentialEvent } from "./suite.ts";
import { address, bytes32, CONTRACTS, NOW, openWorld, SUITE, type World } from "./world.ts";

describe("registries", () => {
  let postgres: TestPostgres;
  let world: World;
  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    await playRegistries(world);
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  const count = async (list: string, filter: string, at = ""): Promise<number> =>
    (await world.ask(`{ list: ${list}(filter: {${filter}}${at}) { nodes { id } } }`)).list.nodes.length;

  it("credentials: every filter, one by one", async () => {
    const all = (filter: string, at = "") => count("credentials", filter, at);
    assert.equal(await all(""), 7);
    assert.equal(await all(`credential: "${bytes32(1)}"`), 2);
    assert.equal(await all(`holder: "${address(0x400)}"`), 3);
    assert.equal(await all(`issuer: "${address(0xe1)}"`), 7);
    assert.equal(await all(`issuer: "${address(0xe2)}"`), 0);
    assert.equal(await all(`type: "${bytes32(0x71)}"`), 3);
    assert.equal(await all(`replaces: "${bytes32(2)}"`), 1);
    assert.equal(await all(`contract: "${CONTRACTS.CredentialRegistry}"`), 7);
    assert.equal(await all(`contract: "${CONTRACTS.AccessGrants}"`), 0);
    assert.equal(await all("chain: 2"), 1);
    for (const [status, number] of [
      ["VALID", 2],
      ["SUPERSEDED", 1],
      ["WITHDRAWN", 1],
      ["EXPIRED", 1],
      ["NOT_YET_VALID", 1],
      ["REVOKED", 1],
      ["NOT_ANCHORED", 0],
      ["[EXPIRED, REVOKED]", 2],
    ] as const)
      assert.equal(await all(`status: ${status}`), number, status);
    assert.equal(await all("status: VALID", `, at: ${NOW - 400n}`), 3, "3 before it expired, 1 on chain 2, 6");
    assert.equal(await all("", `, at: ${NOW - 701n}`), 5);
    assert.equal(await all("", `, at: ${NOW - 801n}`), 0);
  });

  it("entities: every filter, one by one", async () => {
    const all = (filter: string, at = "") => count("entities", filter, at);
    assert.equal(await all(""), 6);
    assert.equal(await all(`account: "${address(0xe1)}"`), 2);
    assert.equal(await all("kind: ISSUER"), 3);
    assert.equal(await all("kind: INSTITUTION"), 3);
    assert.equal(await all("kind: [INSTITUTION, AUTHORITY]"), 4);
    assert.equal(await all("status: ACTIVE"), 4);
    assert.equal(await all("status: [SUSPENDED, WITHDRAWN]"), 2);
    assert.equal(await all('jurisdiction: "LU"'), 2);
    assert.equal(await all('lei: "529900T8BM49AURSDO55"'), 2);
    assert.equal(await all(`contract: "${CONTRACTS.EntityRegistry}", chain: 2`), 2);
    const then = `, at: ${NOW - 501n}`;
    assert.equal(await all("", then), 6);
    assert.equal(await all("status: ACTIVE", then), 6);
    assert.equal(await all("kind: ISSUER", then), 4);
    assert.equal(await all('jurisdiction: "DE"', then), 4);
    assert.equal(await all('jurisdiction: "FR"', then), 0);
    assert.equal(await all("", `, at: ${NOW - 901n}`), 0);
  });

  it("refuse filters that are none", async () => {
    for (const [list, filter] of [
      ["credentials", "status: GONE"],
      ["credentials", 'type: "0x12"'],
      ["credentials", "chain: 77"],
      ["entities", 'jurisdiction: "de"'],
      ["entities", 'jurisdiction: "D"'],
      ["entities", 'lei: "529900"'],
      ["entities", 'lei: "529900t8bm49aursdo55"'],
      ["entities", "kind: PERSON"],
      ["entities", "chain: 77"],
    ])
      assert.equal((await world.fail(`{ ${list}(filter: {${filter}}) { nodes { id } } }`)).code, "BAD_INPUT", filter);
    for (const query of [
      `{ credentials(at: ${NOW + 1n}) { nodes { id } } }`,
      `{ entities(at: ${NOW + 1n}) { nodes { id } } }`,
      `{ entity(account: "0x1") { id } }`,
      `{ entity(account: "${address(1)}", chain: 77) { id } }`,
      `{ credential(ref: "0x12") { status } }`,
    ])
      assert.equal((await world.fail(query)).code, "BAD_INPUT", query);
  });

  it("every field of an entity, and what it said of itself then", async () => {
    const FIELDS = `account { address accountId } chain contract status evaluatedAt kinds name uri jurisdiction lei
      registeredAt statusSince sequence reason reasonName blockNumber blockTime finality history { nodes { kind } }`;
    const { entity, then } = await world.ask(
      `{ entity(account: "${address(0xe4)}") { ${FIELDS} } then: entity(account: "${address(0xe4)}", at: ${NOW - 501n}) { ${FIELDS} } }`,
    );
    const E4 = "0x00000000000000000000000000000000000000E4";
    const common = {
      account: { address: E4, accountId: `eip155:1:${E4}` },
      chain: "eip155:1",
      contract: entity[0].contract,
      status: "ACTIVE",
      lei: null,
      registeredAt: Number(NOW - 900n),
      statusSince: Number(NOW - 900n),
      reason: null,
      reasonName: null,
      finality: "LATEST",
      history: { nodes: [{ kind: "ENTITY_REGISTERED" }, { kind: "ENTITY_AMENDED" }] },
    };
    assert.deepEqual(entity, [
      {
        ...common,
        ...{ evaluatedAt: Number(NOW), kinds: ["INSTITUTION"], name: "Renamed", uri: "urn:x", jurisdiction: "FR" },
        ...{ sequence: 2, blockNumber: 2, blockTime: Number(NOW - 500n) },
      },
    ]);
    assert.deepEqual(then, [
      {
        ...common,
        ...{ evaluatedAt: Number(NOW - 501n), kinds: ["ISSUER", "INSTITUTION"], name: "\ufeffX", uri: "" },
        ...{ jurisdiction: "DE", sequence: 1, blockNumber: 1, blockTime: Number(NOW - 900n) },
      },
    ]);
    const both = await world.ask(`{ entity(account: "${address(0xe1)}") { chain status reasonName lei uri } }`);
    assert.deepEqual(both.entity, [
      {
        ...{ chain: "eip155:1", status: "SUSPENDED", reasonName: "UNDER_REVIEW" },
        ...{ lei: "529900T8BM49AURSDO55", uri: "https://example.org" },
      },
      { chain: "eip155:2", status: "ACTIVE", reasonName: null, lei: "529900T8BM49AURSDO55", uri: "" },
    ]);
  });

  it("hostile names show as text, now, then and in the trail", async () => {
    const NAMES = `{ account { address } name uri }`;
    const seen = await world.ask(`{ now: entities(filter: {chain: 1}) { nodes ${NAMES} }
      then: entities(filter: {chain: 1}, at: ${NOW - 501n}) { nodes ${NAMES} }
      trail: auditTrail(filter: {kind: ENTITY_REGISTERED, chain: 1}) { nodes { account { address } entity { name uri } } } }`);
    const named = (nodes: { account: { address: string }; name: string; uri: string }[], account: number) =>
      nodes.find((node) => node.account.address.toLowerCase() === address(account));
    const told = seen.trail.nodes.map((node: { account: unknown; entity: object }) => ({ ...node, ...node.entity }));
    for (const nodes of [seen.now.nodes, seen.then.nodes, told]) {
      assert.equal(named(nodes, 0xe2)?.name, "A\0B\u0001");
      assert.equal(named(nodes, 0xe3)?.name, "\ufffd\ufffdA\ufffd(\ufffd\ufffd\ufffd");
      assert.equal(named(nodes, 0xe3)?.uri, HOSTILE.overridden.toString());
    }
  });

  it("a credential by all registries, and its latest version", async () => {
    const ASK = `query ($ref: Bytes32!, $at: UnixTime, $chain: ChainId) { credential(ref: $ref, at: $at, chain: $chain) {
      credential status latest versions versionsComplete evaluatedAt { chain }
      registries { chain status type replaces supersededBy anchoredAt withdrawnAt supersededAt reasonName } } }`;
    const ask = async (credential: number, more = {}) =>
      (await world.ask(ASK, { ref: bytes32(credential), ...more })).credential;
    const one = await ask(1);
    assert.deepEqual(
      [one.status, one.versions, one.latest, one.versionsComplete],
      ["SUPERSEDED", [1, 2, 6].map(bytes32), bytes32(6), true],
    );
    assert.deepEqual(
      one.registries.map((it: { chain: string; status: string }) => [it.chain, it.status]),
      [
        ["eip155:1", "SUPERSEDED"],
        ["eip155:2", "VALID"],
      ],
    );
    assert.deepEqual([(await ask(1, { chain: 2 })).status, (await ask(1, { chain: 2 })).latest], ["VALID", bytes32(1)]);
    // As it was before the second replacement, and the withdrawal with it.
    const earlier = await ask(2, { at: Number(NOW - 401n) });
    assert.deepEqual([earlier.status, earlier.versions], ["VALID", [bytes32(2)]]);
    assert.deepEqual(earlier.registries, [
      {
        ...{ chain: "eip155:1", status: "VALID", type: bytes32(0x70), replaces: bytes32(1), supersededBy: null },
        ...{ anchoredAt: Number(NOW - 800n), withdrawnAt: null, supersededAt: null, reasonName: null },
      },
    ]);
    const [later] = (await ask(2)).registries;
    assert.deepEqual(
      [later.status, later.supersededBy, later.withdrawnAt, later.reasonName],
      ["WITHDRAWN", bytes32(6), Number(NOW - 400n), "HOLDER_REQUEST"],
    );
    const unknown = await ask(99);
    assert.deepEqual(
      [unknown.status, unknown.latest, unknown.registries, unknown.evaluatedAt.length],
      ["NOT_ANCHORED", bytes32(99), [], 2],
    );
    const ended = await ask(5);
    assert.deepEqual(
      [ended.status, ended.registries[0].type, ended.registries[0].anchoredAt, ended.registries[0].reasonName],
      ["REVOKED", null, null, "ISSUED_IN_ERROR"],
    );
  });

  it("versions that lead back to themselves, or on and on, are said not to end", async () => {
    const chain = await world.chain(9n, "Nine", SUITE);
    const replaced = (credential: number, supersededBy: number) =>
      credentialEvent("CredentialSuperseded", { credential, supersededBy, record: { supersededAt: NOW - 50n } });
    const long = Array.from({ length: 120 }, (_, i) => replaced(1000 + i, 1001 + i));
    await chain.mine(NOW - 50n, [replaced(501, 502), replaced(502, 501), ...long]);
    const ask = async (credential: number) =>
      (await world.ask(`{ credential(ref: "${bytes32(credential)}", chain: 9) { versions versionsComplete } }`))
        .credential;
    assert.deepEqual(await ask(501), { versions: [bytes32(501), bytes32(502)], versionsComplete: false });
    const some = await ask(1000);
    assert.deepEqual([some.versions.length, some.versionsComplete], [100, false]);
    const rest = await ask(1100);
    assert.deepEqual([rest.versions.length, rest.versions.at(-1), rest.versionsComplete], [21, bytes32(1120), true]);
  });

  it("nodes are found again by their ids", async () => {
    const found =
      await world.ask(`{ credentials(first: 1) { nodes { id history { nodes { kind change credentialChange { word } } } } }
      entities(first: 1) { nodes { id } } }`);
    const NODE = `query ($id: ID!) { node(id: $id) { __typename id } }`;
    for (const [type, list] of [
      ["Credential", found.credentials],
      ["Entity", found.entities],
    ] as const) {
      const { id } = list.nodes[0];
      assert.deepEqual((await world.ask(NODE, { id })).node, { __typename: type, id });
      const bytes = Buffer.from(id, "base64url");
      bytes[bytes.length - 1] = 0x7f;
      assert.equal((await world.ask(NODE, { id: bytes.toString("base64url") })).node, null);
    }
    assert.deepEqual(
      found.credentials.nodes[0].history.nodes.map((node: { kind: string; change: number }) => [
        node.kind,
        node.change,
      ]),
      [
        ["CREDENTIAL_ANCHORED", 1],
        ["CREDENTIAL_SUPERSEDED", 2],
      ],
    );
  });
});
