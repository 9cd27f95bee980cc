import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { getAddress } from "ethers";
import { EVENT_KINDS } from "../../indexer/api/read/event.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { ABI, credentialEvent, entityEvent, grantEvent, said } from "./suite.ts";
import { address, bytes32, CONTRACTS, NOW, openWorld, SUITE, type TestChain, type World } from "./world.ts";

const WEEK = 604_800n;
const DETAILS = { kinds: 1, jurisdiction: "0x4445", lei: `0x${"00".repeat(20)}`, name: "Bank Ü", uri: "urn:b" };
const REGISTER = ABI.EntityRegistry.encodeFunctionData("register", [address(0xe1), Object.values(DETAILS)]);

describe("the trail of the whole suite", () => {
  let postgres: TestPostgres;
  let world: World;
  let chain: TestChain;

  const operation = (name: string, of: number, nonce: number, more: object = {}) =>
    said("AccessManager", name, { operationId: bytes32(of), nonce, ...more });
  const scheduled = (of: number, nonce: number, schedule: bigint, data: string) =>
    operation("OperationScheduled", of, nonce, {
      ...{ schedule, caller: address(0xa1), target: CONTRACTS.EntityRegistry, data },
    });

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    chain = await world.chain(1n, "One", SUITE);
    const parent = { grantedAt: NOW - 900n, notBefore: NOW - 900n, flags: 4 };
    const child = { grantedAt: NOW - 800n, notBefore: NOW - 800n, flags: 8 };
    await chain.mine(NOW - 900n, [{ grantee: 3, record: parent }]);
    await chain.mine(NOW - 800n, [
      grantEvent(
        "GrantedOnward",
        { record: child },
        { grantor: address(3), parentGrantedAt: NOW - 900n, legalBasis: 2, context: bytes32(0xcc) },
      ),
      grantEvent(
        "Held",
        { record: { ...child, flags: 10, sequence: 2 } },
        { authority: address(9), until: NOW + 50n, orderRef: bytes32(0x0d), holdUntil: NOW + 60n },
      ),
      grantEvent(
        "HoldLifted",
        { record: { ...child, flags: 10, sequence: 3 } },
        { authority: address(9), orderRef: bytes32(0x0d), holdUntil: 0 },
      ),
      grantEvent("SignaturesCancelled", { record: { ...child, flags: 10, sequence: 4 } }),
      grantEvent(
        "RevokedOnward",
        { record: { ...child, flags: 10, revokedAt: NOW - 800n, sequence: 5 } },
        { grantor: address(3), reason: 3 },
      ),
      entityEvent("EntityRegistered", { account: 0xe1, sequence: 1, lei: "529900T8BM49AURSDO55", uri: "urn:e" }),
      entityEvent("EntitySuspended", { account: 0xe1, sequence: 2, reason: 5 }),
      credentialEvent("CredentialAnchored", {
        replaces: 8,
        record: { anchoredAt: NOW - 800n, validFrom: 5n, validUntil: NOW + 9n },
      }),
      credentialEvent("CredentialRevoked", {
        reason: 5,
        record: { anchoredAt: NOW - 800n, validFrom: 5n, validUntil: NOW + 9n, revokedAt: NOW - 800n, sequence: 2 },
      }),
      said("EntityRegistry", "AuthorityUpdated", { authority: address(0xa2) }),
      said("AccessManager", "RoleGranted", {
        ...{ roleId: 7, account: address(0xa3), delay: 3600, since: NOW, newMember: true },
      }),
      said("AccessManager", "RoleLabel", { roleId: 7, label: Buffer.from([0x41, 0xff, 0]) }),
      // The registry says what only AccessGrants can say.
      { ...grantEvent("SignaturesCancelled", { record: {} }), from: "EntityRegistry" },
    ]);
    await chain.mine(NOW - 700n, [
      scheduled(1, 1, NOW - 600n, REGISTER),
      operation("OperationCanceled", 1, 1),
      scheduled(1, 2, NOW - 500n, REGISTER),
      operation("OperationExecuted", 1, 2),
      scheduled(2, 1, NOW + 10n, "0x"),
      scheduled(3, 1, NOW, "0xdeadbeef00"),
      scheduled(4, 1, NOW - WEEK, `${REGISTER.slice(0, 10)}00`),
    ]);
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  const trail = async (filter: string, fields: string) =>
    (await world.ask(`{ list: auditTrail(filter: {${filter}}) { nodes { ${fields} } } }`)).list.nodes;

  it("grants passed on, and ended", async () => {
    const FIELDS = `change grantor { address } parentGrantedAt legalBasisName reasonName context record { grantedOnward held mayGrantOnward revokedAt } rawData`;
    const [passed] = await trail("kind: GRANTED_ONWARD", FIELDS);
    assert.match(passed.rawData, /^0x/);
    assert.deepEqual(
      { ...passed, rawData: undefined },
      {
        ...{ change: 1, grantor: { address: address(3) }, parentGrantedAt: Number(NOW - 900n), rawData: undefined },
        ...{ legalBasisName: "CONTRACT", reasonName: null, context: bytes32(0xcc) },
        record: { grantedOnward: true, held: false, mayGrantOnward: false, revokedAt: null },
      },
    );
    const [ended] = await trail("kind: REVOKED_ONWARD", FIELDS);
    assert.deepEqual(
      [ended.change, ended.grantor.address, ended.parentGrantedAt, ended.reasonName, ended.record.revokedAt],
      [5, address(3), null, "PURPOSE_FULFILLED", Number(NOW - 800n)],
    );
    const [cancelled] = await trail("kind: SIGNATURES_CANCELLED", FIELDS);
    assert.deepEqual([cancelled.change, cancelled.record.held], [4, true]);
  });

  it("the parent, what was granted onward, now and then", async () => {
    const { grants, then } = await world.ask(`{
      grants { nodes { grantee { address } state record { mayGrantOnward } parent { grantee { address } state }
        onward { nodes { grantee { address } state grantor { address } } evaluatedAt { chain } } } }
      then: grants(at: ${NOW - 900n}) { nodes { grantee { address } parent { state } onward { nodes { state } } } } }`);
    assert.deepEqual(grants.nodes, [
      {
        ...{ grantee: { address: address(2) }, state: "ENDED", record: { mayGrantOnward: false } },
        parent: { grantee: { address: address(3) }, state: "ACTIVE" },
        onward: { nodes: [], evaluatedAt: [{ chain: "eip155:1" }] },
      },
      {
        ...{ grantee: { address: address(3) }, state: "ACTIVE", record: { mayGrantOnward: true }, parent: null },
        onward: {
          nodes: [{ grantee: { address: address(2) }, state: "ENDED", grantor: { address: address(3) } }],
          evaluatedAt: [{ chain: "eip155:1" }],
        },
      },
    ]);
    assert.deepEqual(then.nodes, [{ grantee: { address: address(3) }, parent: null, onward: { nodes: [] } }]);
    const by = `grants(filter: {grantor: "${address(3)}"}`;
    const filtered =
      await world.ask(`{ now: ${by}) { nodes { state } } then: ${by}, at: ${NOW - 800n}) { nodes { state } }
      before: ${by}, at: ${NOW - 801n}) { nodes { state } } }`);
    assert.deepEqual([filtered.now.nodes.length, filtered.then.nodes.length, filtered.before.nodes.length], [1, 1, 0]);
  });

  it("legal holds", async () => {
    const FIELDS = "authority { address } hold { until orderRef holdUntil } record { held }";
    const authority = { address: address(9) };
    assert.deepEqual(await trail("kind: [HELD, HOLD_LIFTED]", FIELDS), [
      {
        authority,
        hold: { until: Number(NOW + 50n), orderRef: bytes32(0x0d), holdUntil: Number(NOW + 60n) },
        record: { held: true },
      },
      { authority, hold: { until: null, orderRef: bytes32(0x0d), holdUntil: null }, record: { held: true } },
    ]);
  });

  it("credentials and entities", async () => {
    const [anchored, revoked] = await trail(
      `issuer: "${address(0x155)}", kind: [CREDENTIAL_ANCHORED, CREDENTIAL_REVOKED]`,
      `change reasonName holder { address } purpose record { word } credentialChange { type replaces supersededBy anchoredAt validFrom validUntil revokedAt withdrawnAt supersededAt }`,
    );
    const times = { anchoredAt: Number(NOW - 800n), validFrom: 5, validUntil: Number(NOW + 9n) };
    const never = { withdrawnAt: null, supersededAt: null, supersededBy: null };
    assert.deepEqual(anchored, {
      ...{
        change: 1,
        reasonName: null,
        holder: { address: getAddress(address(0x401d)) },
        purpose: null,
        record: null,
      },
      credentialChange: { ...times, ...never, type: bytes32(0x7e), replaces: bytes32(8), revokedAt: null },
    });
    assert.deepEqual(
      [revoked.change, revoked.reasonName, revoked.credentialChange],
      [2, "NO_LONGER_VERIFIED", { ...times, ...never, type: null, replaces: null, revokedAt: Number(NOW - 800n) }],
    );
    const [registered, suspended] = await trail(
      `account: "${address(0xe1)}"`,
      "kind change reasonName entity { kinds jurisdiction lei name uri } credential",
    );
    assert.deepEqual(registered, {
      ...{ kind: "ENTITY_REGISTERED", change: 1, reasonName: null, credential: null },
      entity: { kinds: ["ISSUER"], jurisdiction: "DE", lei: "529900T8BM49AURSDO55", name: "Issuer", uri: "urn:e" },
    });
    assert.deepEqual(
      [suspended.kind, suspended.change, suspended.reasonName, suspended.entity],
      ["ENTITY_SUSPENDED", 2, "BREACH_OF_DUTY", null],
    );
  });

  it("the governance: roles, labels, another authority", async () => {
    assert.deepEqual(
      await trail("kind: GOVERNANCE_CHANGED", "governance { name arguments { name type value } status }"),
      [
        {
          governance: {
            name: "AuthorityUpdated",
            arguments: [{ name: "authority", type: "address", value: getAddress(address(0xa2)) }],
            status: null,
          },
        },
        {
          governance: {
            name: "RoleGranted",
            arguments: [
              { name: "roleId", type: "uint64", value: "7" },
              { name: "account", type: "address", value: getAddress(address(0xa3)) },
              { name: "delay", type: "uint32", value: "3600" },
              { name: "since", type: "uint48", value: String(NOW) },
              { name: "newMember", type: "bool", value: "true" },
            ],
            status: null,
          },
        },
        {
          governance: {
            name: "RoleLabel",
            arguments: [
              { name: "roleId", type: "uint64", value: "7" },
              { name: "label", type: "string", value: "A\ufffd\0" },
            ],
            status: null,
          },
        },
      ],
    );
  });

  it("operations: scheduled, then executed, cancelled, ready, waiting or expired", async () => {
    const FIELDS = `operation account { address } governance { status decidedAt nonce readyAt target { address } callData call { name arguments { name value } } }`;
    const of = (await trail("kind: OPERATION_SCHEDULED", FIELDS)).map(
      ({ operation, governance }: { operation: string; governance: { nonce: number; status: string } }) =>
        `${Number(operation)}.${governance.nonce} ${governance.status}`,
    );
    assert.deepEqual(of, ["1.1 CANCELED", "1.2 EXECUTED", "2.1 WAITING", "3.1 READY", "4.1 EXPIRED"]);
    const all = await trail(`operation: "${bytes32(1)}"`, `kind ${FIELDS}`);
    assert.deepEqual(
      all.map((event: { kind: string }) => event.kind),
      ["OPERATION_SCHEDULED", "OPERATION_CANCELED", "OPERATION_SCHEDULED", "OPERATION_EXECUTED"],
    );
    const { call, ...rest } = all[2].governance;
    assert.deepEqual(
      { ...rest, target: rest.target.address.toLowerCase() },
      {
        ...{ status: "EXECUTED", decidedAt: Number(NOW - 700n), nonce: 2, readyAt: Number(NOW - 500n) },
        ...{ target: CONTRACTS.EntityRegistry, callData: REGISTER },
      },
    );
    assert.deepEqual(call, {
      name: "register",
      arguments: [
        { name: "account", value: getAddress(address(0xe1)) },
        { name: "details.kinds", value: "1" },
        { name: "details.jurisdiction", value: "0x4445" },
        { name: "details.lei", value: DETAILS.lei },
        { name: "details.name", value: "Bank Ü" },
        { name: "details.uri", value: "urn:b" },
      ],
    });
    for (const number of [2, 3, 4]) {
      const [event] = await trail(`operation: "${bytes32(number)}"`, FIELDS);
      assert.equal(event.governance.call, null, "bytes that are no call of ours");
    }
  });

  it("an event that its contract cannot say is undecoded", async () => {
    const events = await trail("kind: UNDECODED", "contract credential rawData");
    assert.equal(events.length, 1);
    assert.equal(events[0].contract.toLowerCase(), CONTRACTS.EntityRegistry);
  });

  it("every filter of the new kinds, one by one", async () => {
    const count = async (filter: string): Promise<number> => (await trail(filter, "id")).length;
    assert.equal(await count(`grantor: "${address(3)}"`), 2);
    assert.equal(await count(`authority: "${address(9)}"`), 2);
    assert.equal(await count(`account: "${address(0xe1)}"`), 2);
    assert.equal(await count(`account: "${address(0xa1)}"`), 5);
    assert.equal(await count(`operation: "${bytes32(1)}"`), 4);
    assert.equal(await count(`operation: "${bytes32(7)}"`), 0);
    assert.equal(await count(`credential: "${bytes32(1)}"`), 8);
    const kinds = await Promise.all(EVENT_KINDS.map((kind) => count(`kind: ${kind}`)));
    assert.equal(
      kinds.reduce((sum, one) => sum + one),
      await count(""),
    );
    assert.equal((await world.fail(`{ auditTrail(filter: {kind: MINED}) { nodes { id } } }`)).code, "BAD_INPUT");
    assert.equal((await world.fail(`{ auditTrail(filter: {operation: "0x1"}) { nodes { id } } }`)).code, "BAD_INPUT");
  });
});
