import assert from "node:assert/strict";
import { test } from "node:test";
import { RLP } from "@ethereumjs/rlp";
import fc from "fast-check";
import { proveHeader, proveReceipts } from "../../indexer/evidence/block.ts";
import { bloomDigits } from "../../indexer/evidence/bloom.ts";
import { EvidenceError } from "../../indexer/evidence/errors.ts";
import type { JsonObject } from "../../indexer/evidence/json.ts";
import { encodeReceipt } from "../../indexer/evidence/receipt.ts";
import { listRoot } from "../../indexer/evidence/trie.ts";
import { checked } from "../support/property.ts";
import { GETH_CANCUN, OP_REGOLITH, prefixed, UNICHAIN_ISTHMUS } from "./vectors.ts";

/** Receipts by type, against the roots of real blocks. Those that Anvil and Hardhat make are in nodes.test.ts. */

const rootOf = (receipts: readonly JsonObject[], encoding: "ethereum" | "op"): string =>
  prefixed(listRoot(receipts.map((receipt) => encodeReceipt(receipt, encoding))));

test("geth's receipts of the types 0, 1 and 2 rebuild the root", () => {
  assert.equal(rootOf(GETH_CANCUN.receipts, "ethereum"), GETH_CANCUN.block["receiptsRoot"]);
});

test("a deposit before Canyon has a nonce that the root does not cover", () => {
  const { receipts, receiptsRoot } = OP_REGOLITH;
  assert.equal(rootOf(receipts, "op"), receiptsRoot);
  const [deposit, ...others] = receipts;
  assert.notEqual(rootOf([{ ...deposit, depositReceiptVersion: "0x1" }, ...others], "op"), receiptsRoot);
});

test("a deposit since Canyon has nonce and version in the root", () => {
  const { receipts, parts } = UNICHAIN_ISTHMUS;
  for (const part of parts) assert.equal(rootOf(receipts.slice(0, part.receipts), "op"), part.receiptsRoot);
  const [deposit, ...others] = receipts.slice(0, parts[0]?.receipts);
  for (const change of [{ depositReceiptVersion: null }, { depositNonce: "0x21e3b53" }])
    assert.notEqual(rootOf([{ ...deposit, ...change }, ...others], "op"), parts[0]?.receiptsRoot);
});

test("a bloom filter that a node leaves out follows from the logs", () => {
  const { receipts, parts } = UNICHAIN_ISTHMUS;
  const logs = receipts.slice(0, parts.at(-1)?.receipts).flatMap((receipt) => receipt["logs"] as unknown[]);
  assert.equal(prefixed(bloomDigits(logs)), parts.at(-1)?.logsBloom);
});

test("a type that is not proven is refused, also one that is proven elsewhere", () => {
  const receipt = { ...GETH_CANCUN.receipts[0] };
  for (const type of ["0x5", "0x64", "0x6a", "0x7e", "0x78", "0xff", "0x100"])
    assert.throws(() => encodeReceipt({ ...receipt, type }, "ethereum"), /receipt of type 0x.*not proven for ethereum/);
  for (const type of ["0x5", "0x64", "0x7f"])
    assert.throws(() => encodeReceipt({ ...receipt, type }, "op"), /not proven for op/);
  assert.equal(encodeReceipt({ ...receipt, type: undefined }, "op"), encodeReceipt({ ...receipt, type: "0x0" }, "op"));
});

test("before Byzantium a receipt has the state's root in place of a status", () => {
  const root = `0x${"5a".repeat(32)}`;
  const { status: _, ...receipt } = GETH_CANCUN.receipts[2] as JsonObject;
  const [outcome] = RLP.decode(Buffer.from(encodeReceipt({ ...receipt, root }, "ethereum"), "hex")) as Uint8Array[];
  assert.equal(prefixed(Buffer.from(outcome ?? []).toString("hex")), root);
  assert.throws(() => encodeReceipt(receipt, "ethereum"), /status or root of 32 bytes/);
  assert.throws(() => encodeReceipt({ ...receipt, status: "0x2" }, "ethereum"), /expected status 0 or 1, got 0x02/);
});

const hex = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((b) => `0x${Buffer.from(b).toString("hex")}`);
const log = fc.record({
  address: hex(20),
  topics: fc.array(hex(32), { maxLength: 4 }),
  data: fc.uint8Array({ maxLength: 400 }).map((b) => `0x${Buffer.from(b).toString("hex")}`),
});
const receipt = fc.record({
  type: fc.constantFrom("0x0", "0x1", "0x2", "0x3", "0x4"),
  status: fc.constantFrom("0x0", "0x1"),
  cumulativeGasUsed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((n) => `0x${n.toString(16)}`),
  logsBloom: hex(256),
  logs: fc.array(log, { maxLength: 6 }),
});
const bytes = (text: string): Buffer => Buffer.from(text.slice(2), "hex");
const quantity = (text: string): Buffer => {
  const digits = text.slice(2).replace(/^0+/, "");
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex");
};

test("any receipt: the encoding is the library's", () => {
  checked(
    fc.property(receipt, (one) => {
      const items = [
        quantity(one.status),
        quantity(one.cumulativeGasUsed),
        bytes(one.logsBloom),
        one.logs.map((each) => [bytes(each.address), each.topics.map(bytes), bytes(each.data)]),
      ];
      const expected = Buffer.concat([quantity(one.type), RLP.encode(items)]).toString("hex");
      assert.equal(encodeReceipt(one, "ethereum"), expected);
    }),
  );
});

test("receipts prove themselves only whole, in order, unaltered, and of the block's transactions", () => {
  const { block, receipts } = GETH_CANCUN;
  const proven = proveHeader(block, "ethereum");
  assert.equal(proveReceipts(proven, receipts, "block 20").length, 3);
  const [a, b, c] = receipts as [JsonObject, JsonObject, JsonObject];
  const lies: Record<string, unknown> = {
    "one fewer": [a, b],
    none: [],
    "one more": [a, b, c, c],
    "in another order": [b, a, c],
    "another status": [a, { ...b, status: "0x0" }, c],
    "another gas": [a, b, { ...c, cumulativeGasUsed: "0xf619" }],
    "another type": [{ ...a, type: "0x1" }, b, c],
    "another bloom": [{ ...a, logsBloom: `0x${"0".repeat(511)}1` }, b, c],
    "a log more": [a, b, { ...c, logs: [{ address: `0x${"11".repeat(20)}`, topics: [], data: "0x" }] }],
    "of another transaction": [a, { ...b, transactionHash: a["transactionHash"] }, c],
    "not receipts": [null, b, c],
    "no list": null,
  };
  for (const [what, lie] of Object.entries(lies))
    assert.throws(() => proveReceipts(proven, lie, "block 20"), EvidenceError, what);
  const fewer = { ...proven, transactions: proven.transactions.slice(1) };
  assert.throws(() => proveReceipts(fewer, receipts, "block 20"), /not of the block's 2 transactions/);
});

test("whatever a node says, it is receipts or an EvidenceError", () => {
  const { block, receipts } = GETH_CANCUN;
  const proven = proveHeader(block, "ethereum");
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(null, "0x", "0x0g", "0x1", 1, [], {}, [[]], `0x${"1".repeat(600)}`),
  );
  const onlyEvidence = (run: () => unknown): void => {
    try {
      run();
    } catch (error) {
      assert.ok(error instanceof EvidenceError, `${error}`);
      assert.ok(error.message.length < 400 && !/[\n\r]/.test(error.message), error.message);
    }
  };
  const fields = ["type", "status", "root", "cumulativeGasUsed", "logsBloom", "logs", "transactionHash"] as const;
  const ofLog = ["address", "topics", "data"] as const;
  checked(
    fc.property(odd, fc.constantFrom(...fields), fc.constantFrom(...ofLog), (value, field, part) => {
      const [first, ...others] = receipts;
      const log = { address: `0x${"11".repeat(20)}`, topics: [], data: "0x", [part]: value };
      for (const lie of [
        value,
        [value],
        [{ ...first, [field]: value }, ...others],
        [{ ...first, logs: [log] }, ...others],
      ])
        onlyEvidence(() => proveReceipts(proven, lie, "block 20"));
      for (const name of Object.keys(block))
        onlyEvidence(() => proveHeader({ ...block, [name]: value as never }, "ethereum"));
    }),
    200,
  );
});
