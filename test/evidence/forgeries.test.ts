import assert from "node:assert/strict";
import { test } from "node:test";
import { REASONS, type Reason, Rejection } from "../../indexer/evidence/rejection.ts";
import { verifyBundle } from "../../indexer/evidence/verifyBundle.ts";
import { bytes32 } from "../api/world.ts";
import { ALL } from "./forgeries/all.ts";
import { altered, GOOD, goodReceipt, invented, leafOf, madeUp, withRoot } from "./forgeries/forging.ts";
import { CONTRACT, textOf } from "./madeBlock.ts";

/** Forged evidence: each kind is refused, and for its own reason. */

const met = new Set<Reason>();

test("the good one is none", () => {
  assert.deepEqual(verifyBundle(textOf(GOOD)), GOOD);
  assert.deepEqual(verifyBundle(invented({})), GOOD);
  // So that the forgeries below fail for what is forged, and not because nothing made up here ever fits.
  assert.ok(verifyBundle(withRoot(leafOf("20"))));
  assert.ok(verifyBundle(madeUp(goodReceipt())));
});

for (const [name, [reason, make]] of Object.entries(ALL))
  test(`${name}: ${reason}`, () => {
    const made = make();
    const all = made instanceof Uint8Array ? [made] : made;
    assert.ok(all.length > 0);
    met.add(reason);
    for (const [i, bytes] of all.entries())
      assert.throws(
        () => verifyBundle(bytes),
        (error) => {
          assert.ok(error instanceof Rejection, `${i}: ${error}`);
          assert.equal(error.reason, reason, `${i}: ${error.message}`);
          return true;
        },
      );
  });

test("what no forgery shows: a whole block that was made up, a chain renamed throughout, the server's word", () => {
  const renamed = altered((draft) => {
    draft.transaction = null;
    draft.chain = "eip155:1";
    draft.contract.account = `eip155:1:${CONTRACT}`;
  });
  const boasting = altered((draft) => {
    draft.transaction = null;
    draft.claims.transactionHash = bytes32(1);
    draft.claims.verification = "RANGED";
  });
  assert.ok(GOOD.transaction, "the chain can only be renamed where nothing is said of the transaction");
  for (const forged of [renamed, boasting, invented({ header: { stateRoot: bytes32(99) } })])
    assert.ok(verifyBundle(forged), "docs/EVIDENCE.md names each of them among what is not proven");
});

test("every reason is met, and there are more than thirty kinds", () => {
  assert.deepEqual([...met].sort(), [...REASONS].sort());
  assert.ok(Object.keys(ALL).length >= 30);
});
