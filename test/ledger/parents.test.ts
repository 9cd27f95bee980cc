import assert from "node:assert/strict";
import { test } from "node:test";
import { toAddress } from "../../indexer/grants/bytes.ts";
import { familyOf } from "../../indexer/ledger/parents.ts";

test("a family outlives the bytes of the event that it comes from: those are the next batch's then", () => {
  const shared = Buffer.alloc(72, 1);
  const event = {
    ...{ credential: shared.subarray(0, 32), grantee: shared.subarray(32, 52), purpose: 1 },
    onward: { grantor: shared.subarray(52, 72) },
  };
  const family = familyOf(event as never, toAddress(new Uint8Array(20).fill(3)));
  shared.fill(2);
  assert.ok(family);
  assert.deepEqual(
    [Buffer.from(family.credential), Buffer.from(family.grantor)],
    [Buffer.alloc(32, 1), Buffer.alloc(20, 1)],
  );
});
