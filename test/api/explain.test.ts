import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { toAddress } from "../../indexer/grants/bytes.ts";
import {
  durationWords,
  explainGrant,
  explainNoGrant,
  isoDate,
  isoTime,
  type Reading,
} from "../../indexer/grants/explain.ts";
import type { GrantRecord } from "../../indexer/grants/record.ts";
import { NEVER, NO_BEARINGS } from "../../indexer/grants/rule.ts";
import { checked } from "../support/property.ts";
import { anyRecord, anyTime } from "../support/records.ts";
import { record } from "./world.ts";

const grantee = toAddress(Buffer.from("70997970C51812dc3A010C7d01b50e0d17dc79C8", "hex"));
const grantor = toAddress(Buffer.from("3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "hex"));
const day = (text: string): bigint => BigInt(Date.parse(text) / 1000);
const DAY = 86_400n;

const NONE = { ...NO_BEARINGS, grantor: undefined };
const say = (
  fields: Partial<GrantRecord>,
  at: string,
  use: "PURPOSE" | "RECORD_KEEPING" = "PURPOSE",
  more: Partial<Reading> = {},
): string => {
  const terms = record({ grantedAt: day("2025-01-01"), ...fields });
  return explainGrant({ grantee, purpose: 1, use, at: day(at), record: terms, ...NONE, ...more });
};

const revoked = { revokedAt: day("2026-03-04"), retention: 1826n * DAY };

describe("explanations", () => {
  it("ACTIVE", () => {
    assert.equal(
      say({ expiresAt: day("2027-01-01") }, "2026-01-01"),
      "0x7099…79C8 may read this for customer due diligence until 2027-01-01, because the holder granted it on 2025-01-01",
    );
    assert.match(say({}, "2026-01-01"), /with no end agreed, because/);
    assert.match(say({ retention: 1825n * DAY }, "2026-01-01"), /after its end records are kept for 5 years$/);
    assert.match(
      say({ expiresAt: day("2027-01-01") }, "2026-01-01", "RECORD_KEEPING"),
      /for record keeping until 2027/,
    );
  });

  it("RETAINED, by retention and by a promise", () => {
    assert.equal(
      say(revoked, "2026-06-01", "RECORD_KEEPING"),
      "0x7099…79C8 may read this for record keeping until 2031-03-04, because the holder ended the grant on 2026-03-04 and retention is 5 years",
    );
    assert.equal(
      say(revoked, "2026-06-01"),
      "0x7099…79C8 may no longer read this for customer due diligence, only for record keeping until 2031-03-04, because the holder ended the grant on 2026-03-04 and retention is 5 years",
    );
    assert.match(
      say({ expiresAt: day("2026-03-04"), lockedUntil: day("2030-01-01") }, "2026-06-01"),
      /only for record keeping until 2030-01-01, because the grant expired on 2026-03-04 and record keeping was agreed until 2030-01-01$/,
    );
  });

  it("PENDING", () => {
    assert.match(
      say({ notBefore: day("2026-09-01") }, "2026-06-01"),
      /may not read this yet: the grant begins on 2026-09-01$/,
    );
    assert.match(
      say({ notBefore: day("2026-09-01"), expiresAt: day("2026-08-01") }, "2026-06-01"),
      /the grant ends on 2026-08-01, before it begins$/,
    );
  });

  it("ENDED, in every way", () => {
    assert.match(say({ expiresAt: day("2026-03-04") }, "2026-06-01"), /because the grant expired on 2026-03-04$/);
    assert.match(
      say(revoked, "2032-01-01"),
      /because the holder ended the grant on 2026-03-04 and record keeping ended on 2031-03-04$/,
    );
    assert.match(
      say({ revokedAt: day("2026-03-04"), flags: 1 }, "2026-06-01"),
      /because the grantee gave it up on 2026-03-04$/,
    );
    assert.match(
      say({ expiresAt: day("2026-03-04"), flags: 1 }, "2026-06-01"),
      /the grant expired on 2026-03-04 and the grantee gave up what was left$/,
    );
    assert.match(
      say({ notBefore: day("2026-09-01"), revokedAt: day("2026-03-04") }, "2026-06-01"),
      /ended the grant on 2026-03-04, before it began$/,
    );
  });

  it("granted onward, and ended with the grant it was granted under", () => {
    const passed = { grantor, parentEnd: day("2026-03-04") };
    assert.equal(
      say({ expiresAt: day("2027-01-01") }, "2026-01-01", "PURPOSE", passed),
      "0x7099…79C8 may read this for customer due diligence until 2026-03-04, because 0x3C44…93BC passed its access on to it on 2025-01-01",
    );
    assert.equal(
      say({ retention: 1826n * DAY }, "2026-06-01", "RECORD_KEEPING", passed),
      "0x7099…79C8 may read this for record keeping until 2031-03-04, because the grant under which it was passed on ended on 2026-03-04 and retention is 5 years",
    );
    assert.match(
      say({}, "2026-06-01", "PURPOSE", passed),
      /because the grant under which it was passed on ended on 2026-03-04$/,
    );
    assert.match(
      say({ revokedAt: day("2026-02-01") }, "2026-06-01", "PURPOSE", passed),
      /because the holder or 0x3C44…93BC ended the grant on 2026-02-01$/,
    );
  });

  it("held", () => {
    const held = { holdUntil: day("2032-05-06") };
    assert.match(
      say(revoked, "2026-06-01", "RECORD_KEEPING", held),
      /until 2032-05-06, because the holder ended the grant on 2026-03-04 and a legal hold keeps the records until 2032-05-06$/,
    );
    // One that is over before retention is has nothing to add.
    assert.match(say(revoked, "2026-06-01", "PURPOSE", { holdUntil: day("2030-01-01") }), /retention is 5 years$/);
  });

  it("NONE", () => {
    assert.match(say({ grantedAt: 0n }, "2026-06-01"), /never granted$/);
    assert.equal(
      explainNoGrant(grantee, 1),
      "0x7099…79C8 may not read this for customer due diligence, because it was never granted",
    );
    assert.match(explainNoGrant(grantee, undefined), /may not read this, because/);
  });

  it("gives the time of day where the day is not enough", () => {
    assert.match(say({ expiresAt: day("2026-06-01T10:30:05Z") }, "2026-06-01"), /until 2026-06-01T10:30:05Z,/);
  });

  it("writes dates of far years, and of no calendar at all", () => {
    assert.equal(isoDate(2n ** 40n - 1n), "+036812-02-20");
    assert.equal(isoTime(0n), "1970-01-01T00:00:00Z");
    assert.equal(isoDate(NEVER), `second ${NEVER}`);
  });

  it("says lengths of time as agreements do", () => {
    for (const [seconds, words] of [
      [0n, "0 seconds"],
      [1n, "1 second"],
      [90n, "1 minute and 30 seconds"],
      [3_600n, "1 hour"],
      [90_000n, "1 day and 1 hour"],
      [30n * DAY, "30 days"],
      [365n * DAY, "1 year"],
      [366n * DAY, "1 year"],
      [367n * DAY, "1 year and 2 days"],
      [1825n * DAY, "5 years"],
      [1827n * DAY, "5 years"],
      [1828n * DAY, "5 years and 3 days"],
      [157_788_000n, "5 years"],
      [3652n * DAY, "10 years"],
      [2_629_746n * 6n, "6 months"],
      [2_629_746n * 24n, "2 years"],
    ] as const)
      assert.equal(durationWords(seconds), words, String(seconds));
  });

  it("has a sentence for every record at every time", () => {
    checked(
      fc.property(
        anyRecord,
        fc.oneof(anyTime, fc.constantFrom(2n ** 63n - 1n, -1n)),
        fc.constantFrom("PURPOSE" as const, "RECORD_KEEPING" as const),
        fc.integer({ min: 0, max: 0xffff }),
        fc.record({
          parentEnd: fc.oneof(anyTime, fc.constant(NEVER)),
          holdUntil: anyTime,
          grantor: fc.constantFrom(undefined, grantor),
        }),
        (any, at, use, purpose, bearings) => {
          const sentence = explainGrant({ grantee, purpose, use, record: any, at, ...bearings });
          assert.match(sentence, /^0x7099…79C8 may /);
          assert.doesNotMatch(sentence, /undefined|NaN|Invalid|18446744073709551615/);
        },
      ),
      3000,
    );
  });
});
