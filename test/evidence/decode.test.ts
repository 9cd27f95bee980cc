import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeHeader } from "../../indexer/evidence/decodeHeader.ts";
import { decodeReceipt } from "../../indexer/evidence/decodeReceipt.ts";
import { EvidenceError } from "../../indexer/evidence/errors.ts";
import { encodeHeader, HEADER_FIELDS, headerHash } from "../../indexer/evidence/header.ts";
import type { JsonObject } from "../../indexer/evidence/json.ts";
import { encodeReceipt } from "../../indexer/evidence/receipt.ts";
import { seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { strangers } from "./madeBlock.ts";
import { GETH_CANCUN, GETH_LONDON, OP_REGOLITH, SEPOLIA_AMSTERDAM, UNICHAIN_ISTHMUS } from "./vectors.ts";

/** Headers and receipts of real chains, read back from the bytes that were hashed. */

const bytesOf = (digits: string): Uint8Array => Buffer.from(digits, "hex");
const lower = (value: unknown): unknown => (typeof value === "string" ? value.toLowerCase() : value);

test("headers of real blocks: every field comes back, and hashes as before", () => {
  for (const block of [GETH_LONDON.block, GETH_CANCUN.block, SEPOLIA_AMSTERDAM.block] as JsonObject[]) {
    const header = decodeHeader(bytesOf(encodeHeader(block)));
    assert.equal(`0x${headerHash(header)}`, block["hash"]);
    for (const [name] of HEADER_FIELDS) assert.equal(header[name], lower(block[name] ?? undefined), name);
  }
});

test("receipts of real blocks, of every type: read back and encoded again they are the same bytes", () => {
  const types = new Set<string>();
  for (const { receipts, encoding } of [GETH_CANCUN, OP_REGOLITH, UNICHAIN_ISTHMUS])
    for (const receipt of receipts) {
      const digits = encodeReceipt(receipt, encoding);
      const decoded = decodeReceipt(bytesOf(digits), encoding);
      types.add(decoded.type);
      assert.equal(encodeReceipt({ ...decoded }, encoding), digits);
      assert.deepEqual(
        decoded.logs,
        (receipt["logs"] as JsonObject[]).map(({ address, topics, data }) => ({
          address: lower(address),
          topics: (topics as string[]).map(lower),
          data: lower(data),
        })),
      );
    }
  for (const type of ["0x0", "0x2", "0x7e"]) assert.ok(types.has(type), type);
});

test("receipts of any type, with any logs, and those with a state's root in place of a status", () => {
  const random = createRandom(seed());
  for (const { type = "0x0", logs } of strangers(200, seed())) {
    const outcome = random.chance(0.2) ? { root: `0x${"5a".repeat(32)}` } : { status: random.pick(["0x0", "0x1"]) };
    const digits = encodeReceipt(
      { type, ...outcome, logs, cumulativeGasUsed: `0x${random.int(2 ** 30).toString(16)}` },
      "ethereum",
    );
    assert.equal(encodeReceipt({ ...decodeReceipt(bytesOf(digits), "ethereum") }, "ethereum"), digits);
  }
});

test("nothing else is a header or a receipt", () => {
  const random = createRandom(seed());
  for (let i = 0; i < 300; i++) {
    const bytes = random.bytes(random.int(700));
    assert.throws(() => decodeHeader(bytes), EvidenceError);
    assert.throws(() => decodeReceipt(bytes, "op"), EvidenceError);
  }
});
