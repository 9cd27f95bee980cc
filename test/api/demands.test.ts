import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { address, bytes32, NOW, openWorld, type TestChain, type World } from "./world.ts";

/** What a question can ask for besides: a block that must be known, how final, how near the head; and many at once. */

const WHO = `credential: "${bytes32(1)}", grantee: "${address(2)}"`;

describe("demands", () => {
  let postgres: TestPostgres;
  let world: World;
  let one: TestChain;
  let two: TestChain;

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    one = await world.chain(1n);
    two = await world.chain(2n);
    await two.mine(NOW - 50n, []);
    await one.mine(NOW - 50n, [{ record: { grantedAt: NOW - 50n } }]);
    await one.mine(NOW - 40n, [
      { kind: "REVOKED", record: { grantedAt: NOW - 50n, revokedAt: NOW - 40n, retention: 9n, sequence: 2 } },
    ]);
    await one.mine(NOW - 30n, [{ record: { grantedAt: NOW - 30n, sequence: 3 } }], { safe: 2n, final: 1n });
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  const check = async (more: string, fields = "decision reason") =>
    (await world.ask(`{ check(${WHO}, ${more}) { ${fields} } }`)).check;

  it("finality: what newer blocks say counts as not said", async () => {
    const on = "chain: 1";
    assert.deepEqual(await check(on), { decision: "ALLOWED", reason: "ACTIVE" });
    assert.deepEqual(await check(`${on}, finality: SAFE`), { decision: "DENIED", reason: "REVOKED" });
    assert.deepEqual(await check(`${on}, finality: FINALIZED`), { decision: "ALLOWED", reason: "ACTIVE" });
    const earlier = `at: ${NOW - 36n}`;
    assert.equal((await check(`${on}, finality: SAFE, ${earlier}`)).reason, "RECORD_KEEPING_ONLY");
    const { grants } = await check(`${on}, finality: FINALIZED`, "grants { record { sequence } finality }");
    assert.deepEqual(grants, [{ record: { sequence: 1 }, finality: "FINALIZED" }]);
  });

  it("finality: a chain without a block so final cannot answer", async () => {
    assert.deepEqual(await check("chain: 2, finality: SAFE", "decision reason explanation"), {
      ...{ decision: "INDETERMINATE", reason: "CHAIN_NOT_FINAL" },
      explanation:
        "it cannot be said whether 0x0000…0002 may read this, because no block of eip155:2 is yet as final as was asked for",
    });
  });

  it("maxLag: a chain that is further behind cannot answer", async () => {
    await two.confirm({ head: two.height + 3n });
    assert.equal((await check("chain: 2, maxLag: 3")).reason, "NO_GRANT");
    assert.deepEqual(await check("chain: 2, maxLag: 2"), { decision: "INDETERMINATE", reason: "CHAIN_LAGS" });
    await two.confirm();
    assert.equal((await check("chain: 2, maxLag: 0")).decision, "DENIED");
    assert.equal((await world.fail(`{ check(${WHO}, maxLag: -1) { decision } }`)).code, "BAD_INPUT");
  });

  it("atLeast: a block that is known, one that comes while it is waited for, and one that does not come", async () => {
    const at = (block: bigint, more = ""): string => `atLeast: {chain: 1, block: ${block}}${more}`;
    assert.equal((await check(at(one.height))).decision, "ALLOWED");

    const waiting = check(at(one.height + 2n), "decision evaluatedAt { block }");
    await one.mine(NOW - 20n, []);
    await one.mine(NOW - 20n, [
      { kind: "REVOKED", record: { grantedAt: NOW - 30n, revokedAt: NOW - 20n, sequence: 4 } },
    ]);
    const answered = await waiting;
    assert.equal(answered.decision, "DENIED", "never the state before the block");
    assert.equal(answered.evaluatedAt[0].block, Number(one.height));

    const never = `{ check(${WHO}, ${at(one.height + 1n)}) { decision } }`;
    const { code, status, message } = await world.fail(never);
    assert.deepEqual([code, status], ["NOT_YET_INDEXED", 503]);
    assert.match(message, /block 6 of eip155:1 is not indexed yet, the newest that is: 5/);
    const elsewhere = await world.fail(`{ check(${WHO}, chain: 2, ${at(1n)}) { decision } }`);
    assert.equal(elsewhere.code, "BAD_INPUT");
  });

  it("atLeast: what was known then does not grow, so it is not waited for", async () => {
    const { knownAt } = await check("chain: 1", "knownAt");
    const then = `chain: 1, knownAt: "${knownAt}"`;
    assert.equal((await check(`${then}, atLeast: {chain: 1, block: 5}`)).decision, "DENIED");
    const { code } = await world.fail(`{ check(${WHO}, ${then}, atLeast: {chain: 1, block: 6}) { decision } }`);
    assert.equal(code, "NOT_YET_INDEXED");
  });

  it("whoCanRead and readableBy: refuse counts and cursors that are none", async () => {
    const lists = {
      whoCanRead: `whoCanRead(credential: "${bytes32(1)}", use: RECORD_KEEPING`,
      readableBy: `readableBy(grantee: "${address(2)}", use: RECORD_KEEPING`,
    };
    const trail = (await world.ask("{ auditTrail(first: 1) { pageInfo { endCursor } } }")).auditTrail.pageInfo
      .endCursor;
    for (const list of Object.values(lists)) {
      for (const cursor of [trail, "", "AQ", "💥"])
        for (const side of ["first: 1, after", "last: 1, before"])
          assert.equal(
            (await world.fail(`{ ${list}, ${side}: "${cursor}") { nodes { purpose } } }`)).code,
            "BAD_CURSOR",
            cursor,
          );
      for (const count of ["first: -1", "first: 1001", "last: 1001", "first: 1, last: 1", "purpose: 0", "chain: 9"])
        assert.equal((await world.fail(`{ ${list}, ${count}) { nodes { purpose } } }`)).code, "BAD_INPUT", count);
    }
  });

  it("checkMany: answers by id, in order, none, one and a thousand, and not more", async () => {
    const query = `query ($checks: [CheckInput!]!, $chain: ChainId) {
      checkMany(checks: $checks, chain: $chain) { answers { id answer { decision reason } } evaluatedAt { chain } } }`;
    const ask = async (checks: object[], more = {}) => (await world.ask(query, { checks, ...more })).checkMany;
    const pair = (credential: number) => ({ credential: bytes32(credential), grantee: address(2) });
    const denied = { decision: "DENIED", reason: "NO_GRANT" };
    assert.deepEqual(await ask([]), { answers: [], evaluatedAt: [{ chain: "eip155:1" }, { chain: "eip155:2" }] });
    assert.deepEqual(await ask([{ ...pair(7), id: "x" }, pair(1), pair(7)], { chain: 2 }), {
      answers: [
        { id: "x", answer: denied },
        { id: "1", answer: denied },
        { id: "2", answer: denied },
      ],
      evaluatedAt: [{ chain: "eip155:2" }],
    });
    const thousand = Array.from({ length: 1000 }, (_, i) => ({ ...pair(1 + (i % 3)), purpose: 1 + (i % 2) }));
    const { answers } = await ask(thousand);
    assert.equal(answers.length, 1000);
    for (const [i, { id, answer }] of answers.entries()) {
      assert.equal(id, String(i));
      assert.equal(answer.reason, i % 3 === 0 && i % 2 === 0 ? "REVOKED" : "NO_GRANT", `${i}`);
    }
    const tooMany = await world.fail(query, { checks: [...thousand, pair(1)] });
    assert.deepEqual([tooMany.code, tooMany.message], ["BAD_INPUT", "checks: expected at most 1000, got 1001"]);
    assert.equal((await world.fail(query, { checks: [pair(1)], chain: 9 })).code, "BAD_INPUT");
    assert.equal((await world.fail(query, { checks: [{ ...pair(1), purpose: 0 }] })).code, "BAD_INPUT");
  });
});
