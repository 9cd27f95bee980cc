import assert from "node:assert/strict";
import { test } from "node:test";
import { isTooLarge, isUnsupported, RpcError, TransportError } from "../../indexer/rpc/errors.ts";

/** What servers say, in their own words, and what it means for the next request. */

const TOO_LARGE = [
  "query returned more than 10000 results",
  "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range",
  "Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range.",
  "eth_getLogs is limited to a 10,000 range",
  "block range is too wide",
  "exceed maximum block range: 5000",
  "query exceeds max results 20000, retry with the range 1-2",
  "query timeout exceeded",
  "requested too many blocks from 0 to 16777216, maximum is set to 2048",
  "block range extends beyond limit",
];
const TOO_OFTEN = [
  "Your app has exceeded its compute units per second capacity. If you have retries enabled, you can ignore this",
  "25/second request limit reached - reduce calls per second or upgrade your account",
  "project ID request rate exceeded",
  "daily request count exceeded, request rate limited",
  "Too Many Requests",
  "rate limit exceeded",
  "call rate limit exhausted, retry in 10s",
  "exceeded the quota usage",
  "monthly capacity limit exceeded",
  "credits limited to 6000/sec",
];
const UNSUPPORTED = [
  "the method eth_getBlockReceipts does not exist/is not available",
  "Method not found",
  "Unsupported method: eth_getBlockReceipts",
  "eth_getBlockReceipts is not available on your plan",
  "rpc method is not whitelisted",
];
const PASSING = [
  "block range extends beyond current head block",
  "fromBlock 12 is greater than latest block 10",
  "header not found",
  "unknown block",
  "internal error",
  "server is busy",
  "missing trie node",
];

test("too large: smaller ranges help", () => {
  for (const text of TOO_LARGE) assert.ok(isTooLarge(new RpcError(text, -32000)), text);
  assert.ok(isTooLarge(new RpcError("whatever", -32005)));
  assert.ok(isTooLarge(new TransportError("https://node eth_getLogs: HTTP 413")));
});

test("too often: smaller ranges would be more requests", () => {
  for (const text of TOO_OFTEN)
    for (const code of [-32005, 429, -32000]) assert.ok(!isTooLarge(new RpcError(text, code)), text);
});

test("what passes by itself is neither, and no reason to do without receipts", () => {
  for (const text of PASSING) {
    assert.ok(!isTooLarge(new RpcError(text, -32000)), text);
    assert.ok(!isUnsupported(new RpcError(text, -32000)), text);
  }
  for (const text of TOO_OFTEN) assert.ok(!isUnsupported(new RpcError(text, -32005)), text);
  assert.ok(!isTooLarge(new TransportError("no answer within 20000 ms")));
  assert.ok(!isTooLarge(new Error("block range is too wide")));
  assert.ok(!isUnsupported(new TransportError("method")));
});

test("unsupported: the method is not served", () => {
  for (const text of UNSUPPORTED) assert.ok(isUnsupported(new RpcError(text, -32000)), text);
  assert.ok(isUnsupported(new RpcError("no", -32601)));
});
