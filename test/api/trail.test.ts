import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { playScene } from "./scene.ts";
import { address, bytes32, CONTRACT, NOW, openWorld, type World } from "./world.ts";

describe("the trail", () => {
  let postgres: TestPostgres;
  let world: World;
  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    await playScene(world);
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  it("keeps a retracted event, marked; no answer counts it", async () => {
    const { list } = await world.ask(`{ list: auditTrail(filter: {retracted: true}) {
      nodes { kind retracted retractedAt learnedAt finality blockNumber } } }`);
    const [event] = list.nodes;
    assert.deepEqual([event.kind, event.retracted, event.finality, event.blockNumber], ["RELEASED", true, null, 3]);
    assert.match(event.learnedAt, /^2027-01-15T08:00:00\.\d{6}Z$/);
    assert(event.retractedAt > event.learnedAt);
    const mine = `credential: "${bytes32(1)}", grantee: "${address(12)}", chain: 1`;
    const then = await world.ask(
      `{ grants(at: ${NOW - 10n}, filter: {${mine}}) { nodes { state } evaluatedAt { chain block status time } } }`,
    );
    assert.deepEqual(then.grants, {
      nodes: [{ state: "ACTIVE" }],
      evaluatedAt: [{ chain: "eip155:1", block: 3, status: "LIVE", time: Number(NOW - 10n) }],
    });
    const { grants } = await world.ask(
      `{ grants(filter: {${mine}}) { nodes { state history { nodes { kind retracted } } } } }`,
    );
    assert.deepEqual(grants.nodes, [
      {
        state: "ACTIVE",
        history: {
          nodes: [
            { kind: "GRANTED", retracted: false },
            { kind: "RELEASED", retracted: true },
          ],
        },
      },
    ]);
  });

  it("shows an event that cannot be decoded as it came", async () => {
    const { list } = await world.ask(`{ list: auditTrail(filter: {kind: UNDECODED}) {
      nodes { credential holder { address } purpose purposeName record { word } rawTopics rawData contract } } }`);
    const nothing = { credential: null, holder: null, purpose: null, purposeName: null, record: null };
    assert.deepEqual(list.nodes, [
      { ...nothing, rawTopics: [], rawData: "0x", contract: list.nodes[0].contract },
      { ...nothing, rawTopics: [bytes32(7), bytes32(8)], rawData: "0xdeadbeef00", contract: list.nodes[0].contract },
    ]);
    assert.equal(list.nodes[0].contract.toLowerCase(), CONTRACT);
  });

  it("every field of an event", async () => {
    const { list } = await world.ask(`{ list: auditTrail(filter: {kind: REVOKED}) { nodes {
      kind chain sequenceNumber blockNumber blockHash blockTime transactionHash transactionIndex logIndex contract
      credential holder { address accountId } grantee { address } issuer { address } seal purpose purposeName
      legalBasis legalBasisName reason reasonName context finality verification retracted retractedAt rawTopics rawData
      record { grantedAt notBefore expiresAt lockedUntil revokedAt retention sequence released word } } } }`);
    const { blockHash, transactionHash, contract, record, ...event } = list.nodes[0];
    for (const hash of [blockHash, transactionHash, record.word]) assert.match(hash, /^0x[0-9a-f]{64}$/);
    assert.equal(contract.toLowerCase(), CONTRACT);
    assert.deepEqual(event, {
      kind: "REVOKED",
      chain: "eip155:1",
      sequenceNumber: 7,
      blockNumber: 2,
      blockTime: Number(NOW - 400n),
      transactionIndex: 0,
      logIndex: 0,
      credential: bytes32(1),
      holder: { address: address(0x401), accountId: `eip155:1:${address(0x401)}` },
      grantee: { address: address(11) },
      issuer: { address: "0x000000000000000000000000000000000000050B" },
      seal: bytes32(0x5ea1),
      purpose: 1,
      purposeName: "CUSTOMER_DUE_DILIGENCE",
      legalBasis: null,
      legalBasisName: null,
      reason: 2,
      reasonName: "RELATIONSHIP_ENDED",
      context: null,
      finality: "SAFE",
      verification: "LINKED",
      retracted: false,
      retractedAt: null,
      rawTopics: null,
      rawData: null,
    });
    const { word: _, ...fields } = record;
    assert.deepEqual(fields, {
      grantedAt: Number(NOW - 1000n),
      notBefore: Number(NOW - 1000n),
      expiresAt: null,
      lockedUntil: null,
      revokedAt: Number(NOW - 400n),
      retention: 1000,
      sequence: 2,
      released: false,
    });
  });
});
