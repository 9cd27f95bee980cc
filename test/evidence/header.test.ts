import assert from "node:assert/strict";
import { test } from "node:test";
import { RLP } from "@ethereumjs/rlp";
import { keccak256 } from "ethers";
import fc from "fast-check";
import { proveHeader } from "../../indexer/evidence/block.ts";
import { EvidenceError } from "../../indexer/evidence/errors.ts";
import { encodeHeader, headerHash } from "../../indexer/evidence/header.ts";
import { listRoot } from "../../indexer/evidence/trie.ts";
import { checked } from "../support/property.ts";
import { GETH_CANCUN, GETH_LONDON, prefixed, SEPOLIA_AMSTERDAM, UNICHAIN_ISTHMUS } from "./vectors.ts";

/** Hashes of headers, against blocks of real chains. Anvil's and Hardhat's are in nodes.test.ts. */

const BLOCKS = [GETH_LONDON, GETH_CANCUN, SEPOLIA_AMSTERDAM];

for (const { origin, block } of BLOCKS)
  test(`a header hashes to its block's hash: ${origin.slice(0, 60)}`, () => {
    assert.equal(prefixed(headerHash(block)), block.hash);
  });

test("an OP header of Isthmus, for each part of a block", () => {
  const { base, parts, transactions } = UNICHAIN_ISTHMUS;
  for (const part of parts) {
    const included = transactions.slice(0, part.receipts).map((raw) => raw.slice(2));
    const block = { ...base, ...part, transactionsRoot: prefixed(listRoot(included)) };
    assert.equal(prefixed(headerHash(block)), part.hash);
  }
});

const HASHED = Object.keys(SEPOLIA_AMSTERDAM.block).filter((name) => name !== "hash");

test("every field is part of the hash: altered in one digit, it is another", () => {
  const { block } = SEPOLIA_AMSTERDAM;
  assert.equal(HASHED.length, 23);
  for (const name of HASHED) {
    const value = String(block[name]);
    const last = value.endsWith("1") ? "2" : "1";
    assert.notEqual(prefixed(headerHash({ ...block, [name]: value.slice(0, -1) + last })), block.hash, name);
  }
});

test("letters of either case, and numbers with zeros in front, are the same numbers", () => {
  const { block } = SEPOLIA_AMSTERDAM;
  const upper = Object.fromEntries(
    Object.entries(block).map(([name, value]) => [name, `0x${String(value).slice(2).toUpperCase()}`]),
  );
  assert.equal(prefixed(headerHash(upper)), block.hash);
  assert.equal(prefixed(headerHash({ ...block, gasUsed: "0x0000d1dda4", difficulty: "0x00" })), block.hash);
});

test("a hash field is bytes, not a number: zeros in front count", () => {
  const blockAccessListHash = `0x00${"11".repeat(31)}`;
  const fields = RLP.decode(Buffer.from(encodeHeader({ ...SEPOLIA_AMSTERDAM.block, blockAccessListHash }), "hex"));
  assert.equal(prefixed(Buffer.from(fields[21] as Uint8Array).toString("hex")), blockAccessListHash);
});

test("a field that is missing, or of another shape, is refused by name", () => {
  const { block } = GETH_LONDON;
  const refused = (change: object, says: RegExp): void =>
    assert.throws(
      () => headerHash({ ...block, ...change }),
      (error) => error instanceof EvidenceError && says.test(error.message),
    );
  refused({ mixHash: undefined }, /mixHash of 32 bytes, got "nothing"/);
  refused({ miner: "0x11" }, /miner of 20 bytes/);
  refused({ number: 27 }, /number as a hex quantity, got "27"/);
  refused({ number: "0x" }, /number as a hex quantity/);
  refused({ gasUsed: `0x1${"0".repeat(64)}` }, /gasUsed as a hex quantity/);
  refused({ extraData: "0x1" }, /extraData/);
  refused({ parentHash: `0x${"zz".repeat(32)}` }, /hex digits/);
  // U+0130 has the low byte of "0".
  refused({ extraData: "0x1\u0130" }, /hex digits/);
  refused({ requestsHash: `0x${"11".repeat(32)}` }, /requestsHash \(EIP-7685, Prague\) has withdrawalsRoot too/);
});

test("null stands for a field that a block has not", () => {
  assert.equal(prefixed(headerHash({ ...GETH_LONDON.block, withdrawalsRoot: null })), GETH_LONDON.block.hash);
});

test("any values at all: the encoding is the library's", () => {
  const bytes = (length: number) =>
    fc.uint8Array({ minLength: length, maxLength: length }).map((b) => `0x${Buffer.from(b).toString("hex")}`);
  const quantity = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map((n) => `0x${n.toString(16)}`);
  const data = fc.uint8Array({ maxLength: 300 }).map((b) => `0x${Buffer.from(b).toString("hex")}`);
  const numbers = ["difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed"];
  const QUANTITIES = new Set([...numbers, "excessBlobGas", "slotNumber"]);
  const ORDER = [
    ...[
      "parentHash",
      "sha3Uncles",
      "miner",
      "stateRoot",
      "transactionsRoot",
      "receiptsRoot",
      "logsBloom",
      "difficulty",
    ],
    ...["number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce", "baseFeePerGas"],
    ...["withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash"],
    ...["blockAccessListHash", "slotNumber"],
  ];
  const lengths: Record<string, number> = { miner: 20, logsBloom: 256, nonce: 8 };
  const header = fc.record(
    Object.fromEntries(
      ORDER.map((name) => [
        name,
        QUANTITIES.has(name) ? quantity : name === "extraData" ? data : bytes(lengths[name] ?? 32),
      ]),
    ),
  );
  checked(
    fc.property(header, fc.integer({ min: 15, max: 23 }), (all, count) => {
      const names = ORDER.slice(0, count);
      const block = Object.fromEntries(names.map((name) => [name, all[name]]));
      const items = names.map((name) => {
        const digits = String(block[name]).slice(2);
        if (!QUANTITIES.has(name)) return Buffer.from(digits, "hex");
        return digits === "0"
          ? Buffer.alloc(0)
          : Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex");
      });
      assert.equal(prefixed(headerHash(block)), keccak256(RLP.encode(items)));
    }),
  );
});

test("a header is proven by its own hash and no other", () => {
  const { block } = GETH_CANCUN;
  const proven = proveHeader(block, "ethereum");
  assert.deepEqual(
    [prefixed(proven.receiptsRoot), proven.gasUsed, proven.transactions],
    [block["receiptsRoot"], 0xf618, block["transactions"]],
  );
  const lie = { ...block, hash: `0x${"ab".repeat(32)}` };
  assert.throws(() => proveHeader(lie, "ethereum"), /block 0x14: it claims hash 0xabab.*its fields hash to 0x8f64/);
  assert.throws(() => proveHeader({ ...block, transactions: [{}] }, "ethereum"), EvidenceError);
});
