import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { address, bytes32, NOW, openWorld, type TestChain, type World } from "./world.ts";

const CHECK = `query ($credential: Bytes32!, $grantee: Address!, $purpose: Int, $use: ReadUse, $at: UnixTime, $chain: ChainId) {
  check(credential: $credential, grantee: $grantee, purpose: $purpose, use: $use, at: $at, chain: $chain) {
    decision state reason explanation validUntil purpose purposeName
    grants { chain state purpose legalBasisName context }
    evaluatedAt { chain status time block blockHash blockTime finality safeBlock finalizedBlock lag }
  }
}`;

describe("check", () => {
  let postgres: TestPostgres;
  let world: World;
  let one: TestChain;
  let two: TestChain;
  let next = 100;

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    const none = await world.ask(CHECK, { credential: bytes32(1), grantee: address(2) });
    assert.deepEqual([none.check.decision, none.check.reason], ["INDETERMINATE", "NO_CHAIN"]);
    one = await world.chain(1n, "One");
    two = await world.chain(2n, "Two");
    await one.mine(NOW - 5000n, []);
    await two.mine(NOW - 5000n, []);
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  const check = async (credential: number, rest: Record<string, unknown> = {}) =>
    (await world.ask(CHECK, { credential: bytes32(credential), grantee: address(2), ...rest })).check;

  it("answers in every state, for both uses", async () => {
    const cases = [
      [{ expiresAt: NOW + 100n }, "ACTIVE", ["ALLOWED", "ACTIVE"], ["ALLOWED", "ACTIVE"]],
      [
        { revokedAt: NOW - 100n, retention: 1000n },
        "RETAINED",
        ["DENIED", "RECORD_KEEPING_ONLY"],
        ["ALLOWED", "RETAINED"],
      ],
      [{ notBefore: NOW + 5n }, "PENDING", ["DENIED", "NOT_STARTED"], ["DENIED", "NOT_STARTED"]],
      [{ expiresAt: NOW - 5n }, "ENDED", ["DENIED", "EXPIRED"], ["DENIED", "EXPIRED"]],
      [{ grantedAt: 0n }, "NONE", ["DENIED", "NO_GRANT"], ["DENIED", "NO_GRANT"]],
    ] as const;
    const first = next;
    await one.mine(
      NOW - 900n,
      cases.map(([record]) => ({ credential: next++, record })),
    );
    for (const [i, [, state, purpose, keeping]] of cases.entries())
      for (const [use, [decision, reason]] of [
        ["PURPOSE", purpose],
        ["RECORD_KEEPING", keeping],
      ] as const) {
        const answer = await check(first + i, { use });
        assert.deepEqual([answer.decision, answer.state, answer.reason], [decision, state, reason], `${state} ${use}`);
      }
    const unknown = await check(999_999);
    assert.deepEqual([unknown.decision, unknown.state, unknown.reason], ["DENIED", "NONE", "NO_GRANT"]);
    assert.deepEqual(unknown.grants, []);
    assert.equal(unknown.purpose, null);
  });

  it("says why, until when, and from what", async () => {
    const credential = next++;
    const header = await one.mine(
      NOW - 800n,
      [{ credential, purpose: 3, code: 1, record: { expiresAt: NOW + 864_000n } }],
      { safe: 2n, final: 1n },
    );
    const answer = await check(credential);
    assert.equal(answer.validUntil, Number(NOW + 864_000n));
    assert.equal(
      answer.explanation,
      "0x0000…0002 may read this for transaction monitoring until 2027-01-25, because the holder granted it on 2027-01-15T07:43:20Z",
    );
    assert.deepEqual([answer.purpose, answer.purposeName], [3, "TRANSACTION_MONITORING"]);
    assert.deepEqual(answer.grants, [
      { chain: "eip155:1", state: "ACTIVE", purpose: 3, legalBasisName: "CONSENT", context: bytes32(0xc0) },
    ]);
    assert.deepEqual(answer.evaluatedAt[0], {
      chain: "eip155:1",
      status: "LIVE",
      time: Number(NOW),
      block: Number(header.number),
      blockHash: `0x${Buffer.from(header.hash).toString("hex")}`,
      blockTime: Number(NOW - 800n),
      finality: "LATEST",
      safeBlock: 2,
      finalizedBlock: 1,
      lag: 0,
    });
    assert.equal(answer.evaluatedAt.length, 2);
  });

  it("looks at the later of the clock and the newest block", async () => {
    const credential = next++;
    await two.mine(NOW + 500n, [{ credential, record: { notBefore: NOW + 500n } }]);
    assert.equal((await check(credential)).decision, "ALLOWED");
    assert.deepEqual(
      (await check(credential)).evaluatedAt.map((on: { time: number }) => on.time),
      [Number(NOW), Number(NOW + 500n)],
    );
    await two.rollback(1n);
    await two.mine(NOW - 800n, []);
  });

  it("takes a purpose, or any", async () => {
    const credential = next++;
    await one.mine(NOW - 700n, [
      { credential, purpose: 1, record: { revokedAt: NOW - 800n } },
      { credential, purpose: 2, record: {} },
    ]);
    assert.equal((await check(credential, { purpose: 1 })).reason, "REVOKED");
    assert.equal((await check(credential, { purpose: 2 })).decision, "ALLOWED");
    assert.equal((await check(credential, { purpose: 3 })).reason, "NO_GRANT");
    assert.equal((await check(credential, { purpose: 3 })).purpose, 3);
    assert.deepEqual([(await check(credential)).decision, (await check(credential)).purpose], ["ALLOWED", 2]);
  });

  it("merges chains, or asks one", async () => {
    const credential = next++;
    await one.mine(NOW - 600n, [{ credential, record: { revokedAt: NOW - 700n } }]);
    await two.mine(NOW - 600n, [{ credential, record: {} }]);
    const both = await check(credential);
    assert.equal(both.decision, "ALLOWED");
    assert.deepEqual(
      both.grants.map((grant: { chain: string; state: string }) => [grant.chain, grant.state]),
      [
        ["eip155:2", "ACTIVE"],
        ["eip155:1", "ENDED"],
      ],
    );
    assert.equal((await check(credential, { chain: "eip155:1" })).decision, "DENIED");
    assert.equal((await check(credential, { chain: 2 })).decision, "ALLOWED");
  });

  it("as of an earlier moment answers from the events until then", async () => {
    const credential = next++;
    const [granted, revoked] = [NOW - 500n, NOW - 300n];
    await one.mine(granted, [{ credential, code: 3, context: 7, record: { grantedAt: granted, notBefore: granted } }]);
    await one.mine(revoked, [
      {
        credential,
        kind: "REVOKED",
        record: { grantedAt: granted, notBefore: granted, revokedAt: revoked, retention: 100n, sequence: 2 },
      },
    ]);
    for (const [at, state] of [
      [granted - 1n, "NONE"],
      [granted, "ACTIVE"],
      [revoked - 1n, "ACTIVE"],
      [revoked, "RETAINED"],
      [revoked + 99n, "RETAINED"],
      [revoked + 100n, "ENDED"],
      [NOW, "ENDED"],
    ] as const)
      assert.equal((await check(credential, { at: Number(at) })).state, state, String(at - NOW));
    // Basis and context are those of the grant, also after its end.
    const [grant] = (await check(credential, { at: Number(revoked) })).grants;
    assert.deepEqual([grant.legalBasisName, grant.context], ["LEGAL_OBLIGATION", bytes32(7)]);
    assert.deepEqual((await check(credential)).grants[0].context, bytes32(7));
  });

  it("about the future is INDETERMINATE, even where the terms would allow", async () => {
    const credential = next++;
    await one.mine(NOW - 200n, [{ credential, record: {} }]);
    assert.equal((await check(credential, { at: Number(NOW) })).decision, "ALLOWED");
    const answer = await check(credential, { at: Number(NOW + 1n) });
    assert.deepEqual([answer.decision, answer.reason, answer.state], ["INDETERMINATE", "AT_IN_FUTURE", null]);
    assert.match(answer.explanation, /2027-01-15T08:00:01Z is still to come/);
  });

  // The last ones: they leave the chains in other states than LIVE.
  it("falls back to what is left when a reorg drops an event", async () => {
    const credential = next++;
    const kept = await one.mine(NOW - 100n, [{ credential, record: { sequence: 1 } }]);
    await one.mine(NOW - 90n, [{ credential, kind: "REVOKED", record: { revokedAt: NOW - 90n, sequence: 2 } }]);
    assert.equal((await check(credential)).reason, "REVOKED");
    await one.rollback(kept.number);
    assert.equal((await check(credential)).reason, "CHAIN_BEHIND", "until the new branch is in");
    await one.mine(NOW - 89n, []);
    assert.equal((await check(credential)).decision, "ALLOWED");
    assert.equal((await check(credential, { at: Number(NOW - 1n) })).decision, "ALLOWED", "nor does the past count it");
  });

  it("is INDETERMINATE while a chain is behind, stale or quarantined, unless another allows", async () => {
    const [onOne, onTwo] = [next++, next++];
    await one.mine(NOW - 80n, [{ credential: onOne, record: {} }]);
    await two.mine(NOW - 80n, [{ credential: onTwo, record: {} }]);
    const expectWhile = async (reason: string, words: RegExp) => {
      const own = await check(onOne);
      assert.deepEqual([own.decision, own.state, own.reason, own.validUntil], ["INDETERMINATE", null, reason, null]);
      assert.match(own.explanation, words);
      assert.equal(own.grants[0].state, "ACTIVE", "what is known is shown, and allows nothing");
      assert.equal((await check(onTwo)).decision, "ALLOWED");
      assert.equal((await check(999_999)).decision, "INDETERMINATE", "no grant cannot be said");
      assert.equal((await check(999_999, { chain: 2 })).decision, "DENIED");
      assert.equal((await check(onOne, { at: Number(NOW - 10n) })).decision, "INDETERMINATE");
    };
    await one.confirm({ caughtUp: false, head: 1000n });
    await expectWhile("CHAIN_BEHIND", /history of eip155:1 is still being read/);
    await one.confirm();
    world.now += 61n;
    await two.confirm();
    await expectWhile("CHAIN_STALE", /has not confirmed/);
    await one.confirm();
    assert.equal((await check(onOne)).decision, "ALLOWED");
    await one.writer.quarantine("it forked below its finalized block");
    await expectWhile("CHAIN_QUARANTINED", /waits for the operator/);
  });
});
