import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type AccessPeriod,
  accessPeriods,
  type GrantChange,
  type GrantHistory,
  type StandingWords,
} from "../../indexer/grants/accessPeriods.ts";
import { toAddress, toBytes32 } from "../../indexer/grants/bytes.ts";
import type { CredentialRecord } from "../../indexer/grants/credentialRecord.ts";
import { statusAt } from "../../indexer/grants/credentialStatus.ts";
import type { GrantRecord } from "../../indexer/grants/record.ts";
import { activeEnd, NEVER, stateAt } from "../../indexer/grants/rule.ts";
import { checked } from "../support/property.ts";

const GRANTOR = toAddress(new Uint8Array(20).fill(7));
const CONTEXT = toBytes32(new Uint8Array(32).fill(9));
const NO_STANDING: StandingWords = { credentials: [], issuers: [] };

const record = (fields: Partial<GrantRecord>): GrantRecord => ({
  ...{ grantedAt: 10n, notBefore: 10n, expiresAt: 0n, lockedUntil: 0n, revokedAt: 0n, retention: 0n },
  ...{ sequence: 1, flags: 0 },
  ...fields,
});
const change = (time: bigint, fields: Partial<GrantRecord>, more: Partial<GrantChange> = {}): GrantChange => ({
  ...{ time, record: record(fields), terms: undefined, origin: undefined, holdUntil: undefined },
  ...more,
});
const granted = (time: bigint, fields: Partial<GrantRecord> = {}, legalBasis = 1): GrantChange =>
  change(time, { grantedAt: time, notBefore: time, ...fields }, { terms: { legalBasis, context: CONTEXT } });
const periods = (changes: GrantChange[], more: Partial<GrantHistory> = {}): string[] =>
  accessPeriods({ changes, parentOf: () => [], standing: NO_STANDING, ...more }).map(words);
const words = ({ access, from, until }: AccessPeriod): string =>
  `${access === "PURPOSE" ? "P" : "R"} ${from}-${until === NEVER ? "" : until}`;

test("a grant without an end goes on", () => {
  assert.deepEqual(periods([granted(10n)]), ["P 10-"]);
  assert.deepEqual(periods([granted(10n, { notBefore: 15n })]), ["P 15-"]);
});

test("records are kept after the end, and a new grant begins a new period at once", () => {
  const revoked = { ...granted(10n, { retention: 20n, revokedAt: 30n }), time: 30n };
  assert.deepEqual(periods([granted(10n, { retention: 20n }), revoked]), ["P 10-30", "R 30-50"]);
  assert.deepEqual(periods([granted(10n, { retention: 20n }), revoked, granted(40n)]), ["P 10-30", "R 30-40", "P 40-"]);
});

test("what was true then is not rewritten by what came later", () => {
  // Held beyond the retention, then lifted: until then the records could be read.
  const ended = { expiresAt: 20n, retention: 10n };
  const held = change(15n, { ...ended, flags: 2 }, { holdUntil: 90n });
  const lifted = change(50n, { ...ended, flags: 2 }, { holdUntil: 0n });
  assert.deepEqual(periods([granted(10n, ended), held, lifted]), ["P 10-20", "R 20-50"]);
  // Released while only records were kept: the record says no retention any more, and yet there was some.
  const released = change(25n, { expiresAt: 20n, flags: 1 });
  assert.deepEqual(periods([granted(10n, ended), released]), ["P 10-20", "R 20-25"]);
});

test("extended before its end it is one period, with other terms another", () => {
  const extended = { ...granted(10n, { expiresAt: 60n }), time: 25n };
  assert.deepEqual(periods([granted(10n, { expiresAt: 30n }), extended]), ["P 10-60"]);
  const other = { ...extended, terms: { legalBasis: 2, context: CONTEXT } };
  assert.deepEqual(periods([granted(10n, { expiresAt: 30n }), other]), ["P 10-25", "P 25-60"]);
});

test("what was granted onward ends with the grantor's own grant, in that period of it", () => {
  const onward = change(
    20n,
    { grantedAt: 20n, notBefore: 20n, flags: 8 },
    { origin: { grantor: GRANTOR, grantedAt: 5n } },
  );
  const parent = (time: bigint, revokedAt: bigint) => ({ time, record: record({ grantedAt: 5n, revokedAt }) });
  assert.deepEqual(periods([onward], { parentOf: () => [parent(5n, 0n)] }), ["P 20-"]);
  assert.deepEqual(periods([onward], { parentOf: () => [parent(5n, 0n), parent(40n, 40n)] }), ["P 20-40"]);
});

test("standing takes reading for the purpose, and leaves the records", () => {
  const credential: CredentialRecord = {
    ...{
      anchoredAt: 5n,
      validFrom: 0n,
      validUntil: 0n,
      revokedAt: 50n,
      withdrawnAt: 0n,
      supersededAt: 0n,
      sequence: 2,
    },
  };
  const issuer = (time: bigint, isActive: boolean) => ({ time, isIssuer: true, isActive });
  const of = (words: Partial<StandingWords>) => ({ standing: { ...NO_STANDING, ...words } });
  const credentials = [{ record: credential, lastingOnly: false }];
  assert.deepEqual(periods([granted(10n)], of({ credentials })), ["P 10-50", "R 50-"]);
  const issuers = [[issuer(1n, true), issuer(20n, false), issuer(30n, true)]];
  assert.deepEqual(periods([granted(10n)], of({ issuers })), ["P 10-20", "R 20-30", "P 30-"]);
  // Of a chain that is no longer followed only what nothing undoes.
  const early = { ...credential, revokedAt: 0n, validFrom: 40n };
  assert.deepEqual(periods([granted(10n)], of({ credentials: [{ record: early, lastingOnly: false }] })), [
    ...["R 10-40", "P 40-"],
  ]);
  assert.deepEqual(periods([granted(10n)], of({ credentials: [{ record: early, lastingOnly: true }] })), ["P 10-"]);
});

const T = fc.bigInt({ min: 0n, max: 14n });
const anyChange = fc.record({
  ...{ grantedAt: fc.bigInt({ min: 0n, max: 3n }), notBefore: T, expiresAt: T, lockedUntil: T, revokedAt: T },
  ...{
    retention: fc.bigInt({ min: 0n, max: 3n }),
    flags: fc.integer({ min: 0, max: 15 }),
    step: fc.bigInt({ min: 0n, max: 4n }),
  },
  holdUntil: fc.option(T, { nil: undefined }),
  origin: fc.option(fc.record({ grantor: fc.constant(GRANTOR), grantedAt: fc.bigInt({ min: 1n, max: 2n }) }), {
    nil: undefined,
  }),
  terms: fc.option(fc.record({ legalBasis: fc.integer({ min: 0, max: 2 }), context: fc.constant(CONTEXT) }), {
    nil: undefined,
  }),
});
const anyChanges = fc.array(anyChange, { minLength: 1, maxLength: 6 }).map((list) => {
  let time = 0n;
  return list.map(({ step, holdUntil, origin, terms, ...fields }): GrantChange => {
    time += step;
    return { time, record: record(fields), holdUntil, origin, terms };
  });
});
const anyCredential = fc.record({
  record: fc.record({
    ...{ anchoredAt: T, validFrom: T, validUntil: T, revokedAt: T, withdrawnAt: T, supersededAt: T },
    sequence: fc.constant(1),
  }),
  lastingOnly: fc.boolean(),
});
const anyIssuer = fc
  .array(fc.record({ step: fc.bigInt({ min: 0n, max: 5n }), isIssuer: fc.boolean(), isActive: fc.boolean() }), {
    maxLength: 4,
  })
  .map((list) => {
    let time = 0n;
    return list.map(({ step, ...rest }) => {
      time += step;
      return { time, ...rest };
    });
  });

test("at every second it is what the rule of time says of the newest facts", () => {
  checked(
    fc.property(
      anyChanges,
      anyChanges,
      fc.array(anyCredential, { maxLength: 2 }),
      fc.array(anyIssuer, { maxLength: 2 }),
      (changes, parents, credentials, issuers) => {
        const parentOf: GrantHistory["parentOf"] = ({ grantedAt }) =>
          parents.filter(({ record: { grantedAt: at } }) => at === grantedAt);
        const found = accessPeriods({ changes, parentOf, standing: { credentials, issuers } });
        for (const [i, { from, until }] of found.entries()) {
          assert(from < until);
          assert(i === 0 || (found[i - 1] as AccessPeriod).until <= from);
        }
        for (let t = 0n; t < 32n; t++) {
          const within = found.filter(({ from, until }) => from <= t && t < until).map(({ access }) => access);
          assert.deepEqual(within, expected(t), `${t}`);
        }

        function expected(t: bigint): string[] {
          const until = changes.filter(({ time }) => time <= t);
          const newest = until.at(-1);
          if (newest === undefined) return [];
          const { flags } = newest.record;
          const origin = until.findLast((one) => one.origin !== undefined)?.origin;
          const parent = origin && parentOf(origin).findLast(({ time }) => time <= t);
          const state = stateAt(newest.record, t, {
            parentEnd: (flags & 8) !== 0 && parent !== undefined ? activeEnd(parent.record) : NEVER,
            holdUntil: (flags & 2) === 0 ? 0n : (until.findLast((one) => one.holdUntil !== undefined)?.holdUntil ?? 0n),
          });
          if (state === "RETAINED") return ["RECORD_KEEPING"];
          if (state !== "ACTIVE") return [];
          const bad = credentials.some(({ record: of, lastingOnly }) => {
            const status = statusAt(of, t);
            return status !== "VALID" && status !== "NOT_ANCHORED" && !(lastingOnly && status === "NOT_YET_VALID");
          });
          const suspended = issuers.some((list) => {
            const last = list.findLast(({ time }) => time <= t);
            return last?.isIssuer === true && !last.isActive;
          });
          return [bad || suspended ? "RECORD_KEEPING" : "PURPOSE"];
        }
      },
    ),
    2_000,
  );
});
