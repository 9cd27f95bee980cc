import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type GrantRecord, packRecord, RECORD_FIELDS, unpackRecord } from "../../indexer/grants/record.ts";
import { accessEnd, activeEnd, type Bearings, NEVER, nextChange, stateAt } from "../../indexer/grants/rule.ts";
import { checked } from "../support/property.ts";
import { anyBearings, anyRecord, anyTime } from "../support/records.ts";

const grant = (fields: Partial<GrantRecord> = {}): GrantRecord => ({
  grantedAt: 100n,
  notBefore: 100n,
  expiresAt: 0n,
  lockedUntil: 0n,
  revokedAt: 0n,
  retention: 0n,
  sequence: 1,
  flags: 0,
  ...fields,
});

const states = (record: GrantRecord, ...times: bigint[]) => times.map((t) => stateAt(record, t));

test("a record packs into 32 bytes and back", () => {
  checked(fc.property(anyRecord, (record) => assert.deepEqual(unpackRecord(packRecord(record)), record)));
  const width = Object.values(RECORD_FIELDS).reduce((sum, [, bytes]) => sum + bytes, 0);
  assert.equal(width, 32);
  assert.throws(() => packRecord(grant({ expiresAt: 2n ** 40n })), /expiresAt: expected an unsigned 40 bit/);
});

test("no grant", () => {
  assert.deepEqual(states(grant({ grantedAt: 0n }), 0n, 100n, 2n ** 40n), ["NONE", "NONE", "NONE"]);
});

test("a grant without an end stays active", () => {
  const record = grant({ notBefore: 200n });
  assert.deepEqual(states(record, 199n, 200n, 2n ** 63n), ["PENDING", "ACTIVE", "ACTIVE"]);
  assert.equal(accessEnd(record), NEVER);
});

test("expiry starts the retention", () => {
  const record = grant({ expiresAt: 300n, retention: 50n });
  assert.deepEqual(states(record, 299n, 300n, 349n, 350n), ["ACTIVE", "RETAINED", "RETAINED", "ENDED"]);
});

test("revocation starts the retention, and the earlier of the two ends counts", () => {
  const record = grant({ expiresAt: 300n, revokedAt: 200n, retention: 50n });
  assert.deepEqual(states(record, 199n, 200n, 249n, 250n), ["ACTIVE", "RETAINED", "RETAINED", "ENDED"]);
  assert.equal(activeEnd(grant({ expiresAt: 300n, revokedAt: 400n })), 300n);
});

test("a lock keeps records readable past a shorter retention, and never a grant active", () => {
  const record = grant({ revokedAt: 200n, retention: 10n, lockedUntil: 500n });
  assert.deepEqual(states(record, 199n, 200n, 499n, 500n), ["ACTIVE", "RETAINED", "RETAINED", "ENDED"]);
  assert.equal(accessEnd(grant({ revokedAt: 200n, retention: 10n, lockedUntil: 150n })), 210n);
});

test("revoked before its start, it is over at once: lock and retention keep nothing", () => {
  const record = grant({ notBefore: 300n, revokedAt: 200n, retention: 1000n, lockedUntil: 9000n });
  assert.deepEqual(states(record, 199n, 200n, 299n, 300n, 400n), ["PENDING", "ENDED", "ENDED", "ENDED", "ENDED"]);
});

test("revoked in the second of its start, records may have been made and are kept", () => {
  const record = grant({ notBefore: 300n, revokedAt: 300n, retention: 10n });
  assert.deepEqual(states(record, 299n, 300n, 309n, 310n), ["PENDING", "RETAINED", "RETAINED", "ENDED"]);
});

test("granted onward, it ends with its parent, and then its own retention runs", () => {
  const record = grant({ expiresAt: 900n, retention: 50n });
  const until = (parentEnd: bigint): Bearings => ({ parentEnd, holdUntil: 0n });
  const at = (parentEnd: bigint, ...times: bigint[]) => times.map((t) => stateAt(record, t, until(parentEnd)));
  assert.deepEqual(at(300n, 299n, 300n, 349n, 350n), ["ACTIVE", "RETAINED", "RETAINED", "ENDED"]);
  assert.equal(activeEnd(record, until(1_000n)), 900n);
  assert.equal(accessEnd(grant(), until(NEVER)), NEVER);
  assert.equal(stateAt(grant({ notBefore: 500n }), 300n, until(300n)), "ENDED", "its parent ended before it began");
});

test("a hold keeps records, lets nobody read for the purpose, and keeps nothing where there is nothing to keep", () => {
  const held: Bearings = { parentEnd: NEVER, holdUntil: 700n };
  const revoked = grant({ revokedAt: 200n, retention: 10n });
  assert.deepEqual(
    [199n, 200n, 699n, 700n].map((t) => stateAt(revoked, t, held)),
    ["ACTIVE", "RETAINED", "RETAINED", "ENDED"],
  );
  assert.equal(accessEnd(grant({ revokedAt: 200n, lockedUntil: 800n }), held), 800n);
  assert.equal(accessEnd(grant({ notBefore: 300n, revokedAt: 200n }), held), 200n, "revoked before its start");
});

test("the state changes at the announced moment and not before", () => {
  checked(
    fc.property(anyRecord, anyTime, anyBearings, (record, t, bearings) => {
      const next = nextChange(record, t, bearings);
      assert.ok(next > t);
      if (next === NEVER) assert.equal(stateAt(record, t, bearings), stateAt(record, NEVER - 1n, bearings));
      else {
        assert.notEqual(stateAt(record, next, bearings), stateAt(record, t, bearings));
        assert.equal(stateAt(record, next - 1n, bearings), stateAt(record, t, bearings));
      }
    }),
    2_000,
  );
});

test("once ended, a record never allows anything again", () => {
  checked(
    fc.property(anyRecord, anyTime, anyTime, anyBearings, (record, a, b, bearings) => {
      const [first, second] = a < b ? [a, b] : [b, a];
      const order = ["NONE", "PENDING", "ACTIVE", "RETAINED", "ENDED"];
      assert.ok(order.indexOf(stateAt(record, first, bearings)) <= order.indexOf(stateAt(record, second, bearings)));
    }),
    2_000,
  );
});
