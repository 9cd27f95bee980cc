import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decide, type Outcome } from "../../indexer/api/decide.ts";
import { READ_USES } from "../../indexer/api/grantDecision.ts";
import { NEVER, stateAt } from "../../indexer/grants/rule.ts";
import { CHAIN_HEALTH, type ChainHealth } from "../../indexer/ops/health.ts";
import { checked } from "../support/property.ts";
import { anyRecord } from "../support/records.ts";
import { on } from "./considered.ts";
import { NOW, record } from "./world.ts";

const ACTIVE = record({ expiresAt: NOW + 100n, retention: 50n });
const RETAINED = record({ revokedAt: NOW - 10n, retention: 100n });
const PENDING = record({ notBefore: NOW + 10n });
const ENDED = record({ revokedAt: NOW - 10n });
const summary = ({ decision, reason, validUntil }: Outcome) => [decision, reason, validUntil];

describe("a decision", () => {
  it("for the purpose needs an ACTIVE grant, for record keeping an ACTIVE or RETAINED one", () => {
    for (const [records, purpose, keeping] of [
      [[ACTIVE], ["ALLOWED", "ACTIVE", NOW + 100n], ["ALLOWED", "ACTIVE", NOW + 150n]],
      [[RETAINED], ["DENIED", "RECORD_KEEPING_ONLY", NOW + 90n], ["ALLOWED", "RETAINED", NOW + 90n]],
      [[PENDING], ["DENIED", "NOT_STARTED", NOW + 10n], ["DENIED", "NOT_STARTED", NOW + 10n]],
      [[ENDED], ["DENIED", "REVOKED", undefined], ["DENIED", "REVOKED", undefined]],
      [[], ["DENIED", "NO_GRANT", undefined], ["DENIED", "NO_GRANT", undefined]],
      [[record({})], ["ALLOWED", "ACTIVE", undefined], ["ALLOWED", "ACTIVE", undefined]],
    ] as const) {
      assert.deepEqual(summary(decide("PURPOSE", [on(records)])), purpose);
      assert.deepEqual(summary(decide("RECORD_KEEPING", [on(records)])), keeping);
    }
  });

  it("names what ended a grant", () => {
    for (const [fields, reason] of [
      [{ expiresAt: NOW - 10n }, "EXPIRED"],
      [{ expiresAt: NOW - 10n, revokedAt: NOW - 5n }, "EXPIRED"],
      [{ revokedAt: NOW - 10n }, "REVOKED"],
      [{ revokedAt: NOW - 10n, flags: 1 }, "RELEASED"],
      [{ notBefore: NOW + 5n, revokedAt: NOW - 10n }, "REVOKED_BEFORE_START"],
    ] as const)
      assert.equal(decide("PURPOSE", [on([record(fields)])]).reason, reason);
  });

  it("takes the grant that allows longest, and names the nearest of each chain", () => {
    const longer = record({ expiresAt: NOW + 500n });
    const two = on([longer], { chain: { ...on([]).chain, chainId: 2n } });
    const outcome = decide("PURPOSE", [on([RETAINED, ACTIVE]), two]);
    assert.equal(outcome.deciding?.grant.record, longer);
    assert.deepEqual(
      outcome.nearest.map((one) => one.grant.record),
      [longer, ACTIVE],
    );
  });

  it("when denied reports the closest state, and ends when a pending grant begins", () => {
    const outcome = decide("PURPOSE", [on([ENDED, PENDING, RETAINED])]);
    assert.equal(outcome.deciding?.state, "RETAINED");
    assert.equal(outcome.validUntil, NOW + 10n);
  });

  it("never rests on a chain that is not healthy", () => {
    for (const [health, reason] of [
      ["BACKFILL", "CHAIN_BEHIND"],
      ["STALE", "CHAIN_STALE"],
      ["QUARANTINED", "CHAIN_QUARANTINED"],
    ] as const) {
      assert.deepEqual(summary(decide("PURPOSE", [on([ACTIVE], { health })])), ["INDETERMINATE", reason, undefined]);
      // Nor is a denial certain while such a chain may hold a grant.
      assert.deepEqual(summary(decide("PURPOSE", [on([ENDED]), on([], { health })])), [
        "INDETERMINATE",
        reason,
        undefined,
      ]);
      // But another chain that allows is enough.
      assert.equal(decide("PURPOSE", [on([], { health }), on([ACTIVE])]).decision, "ALLOWED");
    }
  });

  it("about a moment still to come is none, whatever the terms say", () => {
    const outcome = decide("PURPOSE", [on([ACTIVE], { inFuture: true })]);
    assert.deepEqual(summary(outcome), ["INDETERMINATE", "AT_IN_FUTURE", undefined]);
  });

  it("without any chain is none", () => {
    assert.deepEqual(summary(decide("PURPOSE", [])), ["INDETERMINATE", "NO_CHAIN", undefined]);
  });

  const anyUse = fc.constantFrom(...READ_USES);
  const at = fc.bigInt({ min: 0n, max: 8n });

  it("is ALLOWED exactly when a healthy chain's grant allows, over any records", () => {
    const chain = fc.record({
      records: fc.array(anyRecord, { maxLength: 3 }),
      health: fc.constantFrom<ChainHealth>(...CHAIN_HEALTH),
      inFuture: fc.boolean(),
    });
    checked(
      fc.property(fc.array(chain, { maxLength: 3 }), anyUse, at, (chains, use, t) => {
        const outcome = decide(
          use,
          chains.map(({ records, health, inFuture }) => on(records, { health, inFuture, at: t })),
        );
        const answering = chains.filter(({ health, inFuture }) => health === "LIVE" && !inFuture);
        const states = answering.flatMap(({ records }) => records.map((one) => stateAt(one, t)));
        const allowed = states.includes("ACTIVE") || (use === "RECORD_KEEPING" && states.includes("RETAINED"));
        // Of a chain that was retired nothing is expected, unless it alone is asked about or its grant would allow.
        const retired = chains.filter(({ health }) => health === "RETIRED");
        const would = (one: (typeof chains)[number]): boolean =>
          one.records
            .map((record) => stateAt(record, t))
            .some((state) => state === "ACTIVE" || (use === "RECORD_KEEPING" && state === "RETAINED"));
        const certain =
          chains.length > retired.length && answering.length + retired.length === chains.length && !retired.some(would);
        assert.equal(outcome.decision, allowed ? "ALLOWED" : certain ? "DENIED" : "INDETERMINATE");
      }),
      2000,
    );
  });

  it("stands until validUntil and, where it allows, not a second longer", () => {
    checked(
      fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 4 }), anyUse, at, (records, use, t) => {
        const then = (time: bigint): Outcome => decide(use, [on(records, { at: time })]);
        const outcome = then(t);
        const end = outcome.validUntil ?? NEVER;
        for (const time of [t, t + 1n, t + 2n, t + 5n, end - 1n].filter((one) => one >= t && one < end)) {
          assert.equal(then(time).decision, outcome.decision, `at ${time}`);
          if (outcome.decision === "DENIED") assert.equal(then(time).deciding?.state, outcome.deciding?.state);
        }
        if (outcome.decision === "ALLOWED" && records.length === 1 && end !== NEVER)
          assert.equal(then(end).decision, "DENIED");
      }),
      2000,
    );
  });
});
