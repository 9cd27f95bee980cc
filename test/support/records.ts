import fc from "fast-check";
import type { GrantRecord } from "../../indexer/grants/record.ts";
import { type Bearings, NEVER } from "../../indexer/grants/rule.ts";

/** Any record at all, weighted to the boundaries: times close to each other, equal, zero and at the maximum. */
const MAX40 = 2n ** 40n - 1n;

export const time = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt({ min: 0n, max: 6n }) },
  { weight: 2, arbitrary: fc.bigInt({ min: 1_795_000_000n, max: 1_795_000_006n }) },
  { weight: 1, arbitrary: fc.constantFrom(0n, 1n, MAX40 - 1n, MAX40) },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: MAX40 }) },
);

const retention = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt({ min: 0n, max: 4n }) },
  { weight: 1, arbitrary: fc.constantFrom(2n ** 32n - 1n, 157_788_000n) },
);

export const anyRecord: fc.Arbitrary<GrantRecord> = fc.record(
  {
    grantedAt: time,
    notBefore: time,
    expiresAt: time,
    lockedUntil: time,
    revokedAt: time,
    retention,
    sequence: fc.integer({ min: 0, max: 0xffff }),
    flags: fc.integer({ min: 0, max: 0xff }),
  },
  { noNullPrototype: true },
);

/** A moment: of any size a chain can have, mostly near the boundaries of such records. */
export const anyTime = fc.oneof(
  { weight: 8, arbitrary: time },
  { weight: 1, arbitrary: fc.constantFrom(MAX40 + 1n, 2n ** 63n - 2n) },
);

/** Any parent and any holds, often none. */
export const anyBearings: fc.Arbitrary<Bearings> = fc.record({
  parentEnd: fc.oneof(fc.constant(NEVER), time),
  holdUntil: fc.oneof(fc.constant(0n), time),
});
