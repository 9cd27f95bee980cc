import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { grantEvent } from "./suite.ts";
import { address, bytes32, NOW, openWorld, SUITE, type TestChain, type World } from "./world.ts";

const CHECK = `query ($credential: Bytes32!, $use: ReadUse, $at: UnixTime) {
  check(credential: $credential, grantee: "${address(2)}", use: $use, at: $at) {
    decision state reason explanation validUntil
    grants { chain state holdUntil grantor { address } parentEnd parentGrantedAt }
  }
}`;

describe("a check of what was passed on, held or cancelled", () => {
  let postgres: TestPostgres;
  let world: World;
  let one: TestChain;
  let next = 100;

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    one = await world.chain(1n, "One", SUITE);
    await one.mine(NOW - 950n, []);
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  const check = async (credential: number, rest: Record<string, unknown> = {}) =>
    (await world.ask(CHECK, { credential: bytes32(credential), ...rest })).check;

  it("counts what was passed on, and holds, now and in the past", async () => {
    const credential = next++;
    const [granted, passed, held, ended] = [NOW - 400n, NOW - 390n, NOW - 380n, NOW - 370n];
    const parent = { grantedAt: granted, notBefore: granted, flags: 4 };
    const child = { grantedAt: passed, notBefore: passed, flags: 8, retention: 5n };
    await one.mine(granted, [{ credential, grantee: 3, record: parent }]);
    await one.mine(passed, [
      grantEvent("GrantedOnward", { credential, record: child }, { grantor: address(3), parentGrantedAt: granted }),
    ]);
    await one.mine(held, [
      grantEvent(
        "Held",
        { credential, record: { ...child, flags: 10, sequence: 2 } },
        { authority: address(9), until: NOW + 60n, orderRef: bytes32(1), holdUntil: NOW + 60n },
      ),
    ]);
    await one.mine(ended, [
      { kind: "REVOKED", credential, grantee: 3, record: { ...parent, revokedAt: ended, sequence: 2 } },
    ]);
    const now = await check(credential);
    assert.deepEqual([now.decision, now.reason, now.state], ["DENIED", "RECORD_KEEPING_ONLY", "RETAINED"]);
    assert.deepEqual(now.grants, [
      {
        chain: "eip155:1",
        state: "RETAINED",
        holdUntil: Number(NOW + 60n),
        grantor: { address: address(3) },
        parentEnd: Number(ended),
        parentGrantedAt: Number(granted),
      },
    ]);
    const keeping = await check(credential, { use: "RECORD_KEEPING" });
    assert.deepEqual([keeping.decision, keeping.validUntil], ["ALLOWED", Number(NOW + 60n)]);
    assert.match(keeping.explanation, /the grant under which it was passed on ended on .* and a legal hold keeps/);
    for (const [at, state, holdUntil, parentEnd] of [
      [passed, "ACTIVE", null, null],
      [held - 1n, "ACTIVE", null, null],
      [held, "ACTIVE", Number(NOW + 60n), null],
      [ended, "RETAINED", Number(NOW + 60n), Number(ended)],
    ] as const) {
      const [grant] = (await check(credential, { at: Number(at) })).grants;
      assert.deepEqual(
        [grant.state, grant.holdUntil, grant.parentEnd],
        [state, holdUntil, parentEnd],
        String(at - NOW),
      );
    }
    // Lifted, the retention is all that kept it, and that is over: the parent's end denies.
    await one.mine(NOW - 360n, [
      grantEvent(
        "HoldLifted",
        { credential, record: { ...child, flags: 10, sequence: 3 } },
        { authority: address(9), orderRef: bytes32(1), holdUntil: 0 },
      ),
    ]);
    const over = await check(credential);
    assert.deepEqual([over.reason, over.state], ["PARENT_ENDED", "ENDED"]);
    assert.equal((await check(credential, { at: Number(NOW - 361n) })).state, "RETAINED");
    // A new period of the parent does not bring back what was passed on in the one before.
    await one.mine(NOW - 355n, [
      { credential, grantee: 3, record: { ...parent, grantedAt: NOW - 355n, notBefore: NOW - 355n, sequence: 3 } },
    ]);
    for (const rest of [{}, { at: Number(NOW - 355n) }]) {
      const still = await check(credential, rest);
      assert.deepEqual([still.reason, still.grants[0].parentEnd], ["PARENT_ENDED", Number(ended)]);
    }
  });

  it("a grant of which only cancelled signatures are known is none", async () => {
    const credential = next++;
    const none = { grantedAt: 0n, notBefore: 0n, sequence: 1 };
    await one.mine(NOW - 350n, [grantEvent("SignaturesCancelled", { credential, record: none })]);
    for (const rest of [{}, { at: Number(NOW - 1n) }]) {
      const answer = await check(credential, rest);
      assert.deepEqual([answer.reason, answer.state, answer.grants], ["NO_GRANT", "NONE", []]);
    }
    const list = `grants(filter: {credential: "${bytes32(credential)}"}`;
    const { now, then } = await world.ask(
      `{ now: ${list}) { nodes { id } } then: ${list}, at: ${NOW - 1n}) { nodes { id } } }`,
    );
    assert.deepEqual([now.nodes, then.nodes], [[], []]);
  });
});
