import assert from "node:assert/strict";
import { test } from "node:test";
import { CHAINS } from "../../deploy/chains.ts";
import { readingOf } from "../../indexer/config/reading.ts";
import { ENCODINGS } from "../../indexer/evidence/encodings.ts";
import { OperatorError } from "../../indexer/ops/errors.ts";

/** How a chain is read: what is asked for, else the most that is proven of it; and what is refused. */

const rpc = ["https://a.example/key", "https://b.example/key"];
const refused = (chain: Parameters<typeof readingOf>[0], says: RegExp): void =>
  assert.throws(
    () => readingOf(chain),
    (error) => {
      assert.ok(error instanceof OperatorError);
      assert.match(error.message, says);
      return true;
    },
  );

test("by default a chain is VERIFIED exactly where its encoding is proven", () => {
  let verified = 0;
  for (const { chainId, receipts, blooms } of CHAINS) {
    const reading = readingOf({ chainId: BigInt(chainId), rpc });
    const proven = ENCODINGS.some((one) => one === receipts);
    assert.equal(reading.verification, proven ? "VERIFIED" : "LINKED", String(chainId));
    assert.equal(reading.encoding, proven ? receipts : undefined);
    assert.equal(reading.trustBlooms, blooms === "right");
    if (proven) verified++;
  }
  assert.ok(verified >= 8 && verified < CHAINS.length);
});

test("a chain that nobody knows is LINKED, and VERIFIED with every receipt where its encoding is given", () => {
  assert.deepEqual(readingOf({ chainId: 777n, rpc }), {
    verification: "LINKED",
    encoding: undefined,
    trustBlooms: false,
  });
  assert.deepEqual(readingOf({ chainId: 777n, rpc, receipts: "op" }), {
    verification: "VERIFIED",
    encoding: "op",
    trustBlooms: false,
  });
});

test("less than what is proven can be asked for", () => {
  assert.equal(readingOf({ chainId: 1n, rpc, verification: "linked" }).verification, "LINKED");
  assert.equal(readingOf({ chainId: 1n, rpc, verification: "ranged" }).verification, "RANGED");
  assert.equal(readingOf({ chainId: 42_161n, rpc, verification: "ranged" }).encoding, undefined);
});

test("what a chain does not allow is refused, with what to do", () => {
  refused(
    { chainId: 42_161n, rpc, verification: "verified" },
    /\("arbitrum"\) is not proven here.*set verification to "linked"/,
  );
  refused({ chainId: 137n, rpc, verification: "verified" }, /\("other"\) is not proven/);
  refused({ chainId: 777n, rpc, verification: "verified" }, /is not known: set receipts to "ethereum" or "op"/);
  refused({ chainId: 1n, rpc, receipts: "op" }, /are "ethereum" in deploy\/chains.ts and "op" in the configuration/);
  refused({ chainId: 42_161n, rpc, receipts: "ethereum" }, /are "arbitrum" in deploy\/chains.ts/);
  const one = /rpc names fewer than two hosts: add one/;
  refused({ chainId: 1n, rpc: rpc.slice(1), verification: "ranged" }, one);
  refused({ chainId: 1n, rpc: ["https://a.example/1", "https://a.example/2"], verification: "ranged" }, one);
});
