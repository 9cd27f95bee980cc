import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { credentialEvent, entityEvent } from "./suite.ts";
import { address, bytes32, CONTRACTS, NOW, openWorld, SUITE, type TestChain, type World } from "./world.ts";

const CHECK = `query ($credential: Bytes32!, $use: ReadUse, $at: UnixTime, $chain: ChainId, $requireAnchor: Boolean) {
  check(credential: $credential, grantee: "${address(2)}", use: $use, at: $at, chain: $chain, requireAnchor: $requireAnchor) {
    decision state reason decidedBy explanation validUntil
    credentials { chain contract status blockNumber finality credential { supersededBy reasonName revokedAt } }
    issuers { chain contract status since account { address } blockNumber finality }
  }
}`;
const ISSUER = 0x155;
const anchoredAt = NOW - 900n;

describe("a check with registries", () => {
  let postgres: TestPostgres;
  let world: World;
  let one: TestChain;
  let two: TestChain;
  let plain: TestChain;
  let next = 100;

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    one = await world.chain(1n, "One", SUITE);
    two = await world.chain(2n, "Two", SUITE);
    plain = await world.chain(3n, "Plain");
    await one.mine(NOW - 950n, [entityEvent("EntityRegistered", { account: ISSUER, sequence: 1 })]);
    await two.mine(NOW - 950n, []);
    await plain.mine(NOW - 950n, []);
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  const check = async (credential: number, rest: Record<string, unknown> = {}) =>
    (await world.ask(CHECK, { credential: bytes32(credential), ...rest })).check;
  const anchor = (credential: number, more: object = {}) =>
    credentialEvent("CredentialAnchored", { credential, record: { anchoredAt, ...more } });

  it("shows what decided nothing: a credential that nobody anchored, by an issuer that nobody registered", async () => {
    const credential = next++;
    await plain.mine(NOW - 900n, [{ credential, issuer: 0x999, record: {} }]);
    const answer = await check(credential);
    assert.deepEqual([answer.decision, answer.reason, answer.decidedBy], ["ALLOWED", "ACTIVE", "GRANT"]);
    assert.deepEqual(
      answer.credentials.map((it: { chain: string; status: string }) => [it.chain, it.status]),
      [
        ["eip155:1", "NOT_ANCHORED"],
        ["eip155:2", "NOT_ANCHORED"],
      ],
    );
    assert.deepEqual(
      answer.issuers.map((it: { status: string; account: unknown }) => [it.status, it.account]),
      [
        ["NOT_REGISTERED", null],
        ["NOT_REGISTERED", null],
      ],
    );
    const required = await check(credential, { requireAnchor: true });
    assert.deepEqual([required.decision, required.reason], ["DENIED", "CREDENTIAL_NOT_ANCHORED"]);
    assert.equal(
      required.explanation,
      "0x0000…0002 may not read this for customer due diligence, although a grant is active, because no issuer has anchored the credential on any of the chains asked",
    );
    const alone = await check(credential, { chain: 3 });
    assert.deepEqual([alone.decision, alone.credentials, alone.issuers], ["ALLOWED", [], []]);
    assert.equal((await check(credential, { chain: 3, requireAnchor: true })).reason, "CREDENTIAL_NOT_ANCHORED");
  });

  it("allows a valid credential of an active issuer, until it expires", async () => {
    const credential = next++;
    await one.mine(NOW - 800n, [
      { credential, record: { expiresAt: NOW + 5000n } },
      anchor(credential, { validUntil: NOW + 500n }),
    ]);
    for (const requireAnchor of [false, true]) {
      const answer = await check(credential, { requireAnchor });
      assert.deepEqual([answer.decision, answer.validUntil], ["ALLOWED", Number(NOW + 500n)]);
    }
    const { credentials, issuers } = await check(credential, { chain: 1 });
    const [registry] = credentials;
    assert.deepEqual(
      [registry.contract.toLowerCase(), registry.status, registry.finality],
      [CONTRACTS.CredentialRegistry, "VALID", "LATEST"],
    );
    assert.deepEqual(
      [issuers[0].contract.toLowerCase(), issuers[0].status, issuers[0].since, issuers[0].account.address],
      [CONTRACTS.EntityRegistry, "ACTIVE", Number(NOW - 950n), address(ISSUER)],
    );
    // The other chain's registries know neither, and they alone are asked there.
    await two.mine(NOW - 800n, [{ credential, record: {} }]);
    assert.equal((await check(credential, { chain: 2 })).decision, "ALLOWED");
    assert.equal((await check(credential, { chain: 2, requireAnchor: true })).reason, "CREDENTIAL_NOT_ANCHORED");
  });

  it("denies what was taken back on any chain, now and not before, and never its record keeping", async () => {
    const cases = [
      ["CredentialRevoked", { revokedAt: NOW - 300n }, "CREDENTIAL_REVOKED", "the issuer took the credential back"],
      [
        "CredentialWithdrawn",
        { withdrawnAt: NOW - 300n },
        "CREDENTIAL_WITHDRAWN",
        "the holder took the credential back",
      ],
      [
        "CredentialSuperseded",
        { supersededAt: NOW - 300n },
        "CREDENTIAL_SUPERSEDED",
        "the issuer replaced the credential by a newer version",
      ],
    ] as const;
    const first = next;
    next += cases.length;
    await one.mine(
      NOW - 700n,
      cases.map((_, i) => ({ credential: first + i, record: { retention: 50n } })),
    );
    await two.mine(
      NOW - 300n,
      cases.map(([name, record], i) =>
        credentialEvent(name, { credential: first + i, supersededBy: 77, reason: 6, record }),
      ),
    );
    for (const [i, [, , reason, words]] of cases.entries()) {
      const answer = await check(first + i);
      assert.deepEqual(
        [answer.decision, answer.reason, answer.decidedBy, answer.state, answer.validUntil],
        ["DENIED", reason, "CREDENTIAL", "ACTIVE", null],
      );
      assert.equal(
        answer.explanation,
        `0x0000…0002 may not read this for customer due diligence, although a grant is active, because ${words} on 2027-01-15T07:55:00Z (eip155:2)`,
      );
      const keeping = await check(first + i, { use: "RECORD_KEEPING", requireAnchor: true });
      assert.deepEqual([keeping.decision, keeping.decidedBy], ["ALLOWED", "GRANT"]);
      assert.equal(keeping.credentials[1].status, reason.replace("CREDENTIAL_", ""), "shown all the same");
      assert.equal((await check(first + i, { chain: 1 })).decision, "ALLOWED");
      const earlier = await check(first + i, { at: Number(NOW - 301n) });
      assert.deepEqual([earlier.decision, earlier.credentials[1].status], ["ALLOWED", "NOT_ANCHORED"]);
      assert.equal(earlier.credentials[1].credential, null, "nothing was said by then");
      assert.equal((await check(first + i, { at: Number(NOW - 300n) })).reason, reason);
    }
    assert.equal((await check(first)).credentials[1].credential.reasonName, "SECURITY");
  });

  it("denies outside the validity that the issuer stated", async () => {
    const [expired, early] = [next++, next++];
    await one.mine(NOW - 650n, [
      ...[expired, early].map((credential) => ({ credential, record: {} })),
      anchor(expired, { validUntil: NOW - 10n }),
      anchor(early, { validFrom: NOW + 40n }),
    ]);
    const over = await check(expired);
    assert.deepEqual([over.reason, over.validUntil], ["CREDENTIAL_EXPIRED", null]);
    assert.match(over.explanation, /because the credential expired on 2027-01-15T07:59:50Z \(eip155:1\)$/);
    assert.equal((await check(expired, { at: Number(NOW - 11n) })).decision, "ALLOWED");
    const soon = await check(early);
    assert.deepEqual([soon.reason, soon.validUntil], ["CREDENTIAL_NOT_YET_VALID", Number(NOW + 40n)]);
    assert.match(soon.explanation, /because the credential is valid only from 2027-01-15T08:00:40Z/);
  });

  it("names the grant first, then the credential, then the issuer", async () => {
    const [ended, both] = [next++, next++];
    const other = 0x200;
    await one.mine(NOW - 600n, [
      entityEvent("EntityRegistered", { account: other, sequence: 1 }),
      { credential: ended, issuer: other, record: { revokedAt: NOW - 650n } },
      { credential: both, issuer: other, record: {} },
      credentialEvent("CredentialRevoked", { credential: ended, issuer: other, record: { revokedAt: NOW - 600n } }),
    ]);
    await one.mine(NOW - 590n, [entityEvent("EntitySuspended", { account: other, reason: 3, sequence: 2 })]);
    assert.deepEqual([(await check(ended)).reason, (await check(ended)).decidedBy], ["REVOKED", "GRANT"]);
    const suspended = await check(both);
    assert.deepEqual([suspended.reason, suspended.decidedBy], ["ISSUER_SUSPENDED", "ISSUER"]);
    assert.match(
      suspended.explanation,
      /because the issuer of the credential has been suspended since 2027-01-15T07:50:10Z \(eip155:1\)$/,
    );
    await one.mine(NOW - 580n, [
      credentialEvent("CredentialWithdrawn", { credential: both, issuer: other, record: { withdrawnAt: NOW - 580n } }),
    ]);
    assert.equal((await check(both)).reason, "CREDENTIAL_WITHDRAWN");
    assert.equal((await check(both, { at: Number(NOW - 581n) })).reason, "ISSUER_SUSPENDED");
  });

  it("follows the issuer: suspended, reinstated, amended, withdrawn, registered anew", async () => {
    const credential = next++;
    const account = 0x300;
    await plain.mine(NOW - 500n, [{ credential, issuer: account, record: {} }]);
    const history = [
      [NOW - 500n, "EntityRegistered", { kinds: 1 }, "ALLOWED", "ACTIVE"],
      [NOW - 490n, "EntitySuspended", {}, "ISSUER_SUSPENDED", "SUSPENDED"],
      [NOW - 480n, "EntityAmended", { kinds: 2 }, "ALLOWED", "NOT_REGISTERED"],
      [NOW - 470n, "EntityAmended", { kinds: 3 }, "ISSUER_SUSPENDED", "SUSPENDED"],
      [NOW - 460n, "EntityReinstated", {}, "ALLOWED", "ACTIVE"],
      [NOW - 450n, "EntityWithdrawn", {}, "ISSUER_WITHDRAWN", "WITHDRAWN"],
      [NOW - 440n, "EntityRegistered", { kinds: 5 }, "ALLOWED", "ACTIVE"],
    ] as const;
    for (const [i, [time, name, more, reason, status]] of history.entries()) {
      await two.mine(time, [entityEvent(name, { account, sequence: i + 1, ...more })]);
      const answer = await check(credential);
      assert.deepEqual([reasonOf(answer), answer.issuers[1].status], [reason, status], `${i} ${name}`);
    }
    // Every moment of it again, from the trail.
    for (const [i, [time, name, , reason, status]] of history.entries())
      for (const at of [time, (history[i + 1]?.[0] ?? NOW) - 1n]) {
        const answer = await check(credential, { at: Number(at) });
        assert.deepEqual([reasonOf(answer), answer.issuers[1].status], [reason, status], `${i} ${name} at ${at}`);
      }
    const before = await check(credential, { at: Number(NOW - 500n), chain: 2 });
    assert.equal(before.issuers[0].since, Number(NOW - 500n));
    assert.equal((await check(credential, { at: Number(NOW - 501n) })).issuers[1].status, "NOT_REGISTERED");
  });
  const reasonOf = ({ decision, reason }: { decision: string; reason: string }): string =>
    decision === "ALLOWED" ? decision : reason;

  // The last ones: they leave the chains in other states than LIVE.
  it("falls back when a reorg drops what took the credential away", async () => {
    const credential = next++;
    await plain.mine(NOW - 340n, [{ credential, record: {} }]);
    const kept = await two.mine(NOW - 255n, [entityEvent("EntityRegistered", { account: ISSUER, sequence: 1 })]);
    await two.mine(NOW - 250n, [entityEvent("EntitySuspended", { account: ISSUER, sequence: 2 })]);
    assert.equal((await check(credential)).reason, "ISSUER_SUSPENDED");
    await two.mine(NOW - 248n, [entityEvent("EntityAmended", { account: ISSUER, kinds: 2, sequence: 3 })]);
    assert.equal((await check(credential)).issuers[1].status, "NOT_REGISTERED");
    await two.mine(NOW - 245n, [
      credentialEvent("CredentialRevoked", { credential, record: { revokedAt: NOW - 245n } }),
    ]);
    assert.equal((await check(credential)).reason, "CREDENTIAL_REVOKED");
    await two.rollback(kept.number);
    const meanwhile = await check(credential);
    assert.deepEqual([meanwhile.decision, meanwhile.reason], ["INDETERMINATE", "CHAIN_BEHIND"]);
    await two.mine(NOW - 249n, []);
    for (const rest of [{}, { at: Number(NOW - 1n) }]) {
      const answer = await check(credential, rest);
      assert.deepEqual([answer.decision, answer.issuers[1].status], ["ALLOWED", "ACTIVE"]);
    }
  });

  it("does not allow while a chain with a registry cannot be known, whatever grants say", async () => {
    const [allowed, revoked] = [next++, next++];
    await plain.mine(
      NOW - 330n,
      [allowed, revoked].map((credential) => ({ credential, record: {} })),
    );
    await one.mine(NOW - 240n, [
      credentialEvent("CredentialRevoked", { credential: revoked, record: { revokedAt: NOW - 240n } }),
    ]);
    await two.confirm({ caughtUp: false, head: 1000n });
    const answer = await check(allowed);
    assert.deepEqual(
      [answer.decision, answer.reason, answer.decidedBy, answer.state, answer.validUntil],
      ["INDETERMINATE", "CHAIN_BEHIND", null, null, null],
    );
    assert.match(
      answer.explanation,
      /history of eip155:2 is still being read, and the credential may have been taken back there$/,
    );
    assert.equal((await check(allowed, { use: "RECORD_KEEPING" })).decision, "ALLOWED");
    assert.equal((await check(allowed, { chain: 3 })).decision, "ALLOWED");
    assert.equal((await check(revoked)).reason, "CREDENTIAL_REVOKED", "what is known to deny still does");
    assert.equal((await check(revoked, { chain: 2 })).reason, "CHAIN_BEHIND");
    // Grants add: a chain without registries that is behind takes nothing away.
    await two.confirm();
    await plain.confirm({ caughtUp: false, head: 1000n });
    const onOne = next++;
    await one.mine(NOW - 230n, [{ credential: onOne, record: {} }]);
    assert.equal((await check(onOne)).decision, "ALLOWED");
    assert.equal((await check(revoked)).reason, "CREDENTIAL_REVOKED", "whatever the grants there may say");
    assert.equal((await check(onOne, { requireAnchor: true })).reason, "CREDENTIAL_NOT_ANCHORED");
  });
});
