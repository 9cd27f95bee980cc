import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { RawLog } from "../../indexer/rpc/answers.ts";
import { LogPacker } from "../../indexer/rpc/packedLog.ts";
import { checked } from "../support/property.ts";

/** Logs as bytes say what they said as text. */

const hex = (length: number): string => `0x${"5a".repeat(length)}`;
const AT = {
  ...{ address: hex(20), transactionHash: hex(32), transactionIndex: 3, logIndex: 4 },
  ...{ blockNumber: 5n, blockHash: hex(32) },
};
const digits = (length: { minLength: number; maxLength: number }): fc.Arbitrary<string> =>
  fc
    .tuple(fc.uint8Array(length), fc.boolean())
    .map(([bytes, upper]) => Buffer.from(bytes).toString("hex")[upper ? "toUpperCase" : "toLowerCase"]())
    .map((text) => `0x${text}`);
const logs: fc.Arbitrary<RawLog> = fc
  .record({
    topics: fc.array(digits({ minLength: 32, maxLength: 32 }), { maxLength: 4 }),
    // Now and then more than the memory that logs share.
    data: fc.oneof({ weight: 20, arbitrary: digits({ minLength: 0, maxLength: 300 }) }, fc.constant(hex(40_000))),
  })
  .map((said) => ({ ...AT, ...said }));

test("every log says the same when all are packed", () => {
  checked(
    fc.property(fc.array(logs, { maxLength: 200 }), fc.option(fc.nat(300), { nil: undefined }), (many, expected) => {
      const packer = new LogPacker(expected);
      const packed = many.map((log) => packer.pack(log));
      for (const [i, log] of many.entries()) {
        const one = packed[i];
        assert.ok(one);
        const lower = { ...log, topics: log.topics.map((topic) => topic.toLowerCase()), data: log.data.toLowerCase() };
        const { topics, data, address, transactionHash, transactionIndex, logIndex, blockNumber, blockHash } = one;
        assert.deepEqual(
          { topics, data, address, transactionHash, transactionIndex, logIndex, blockNumber, blockHash },
          lower,
        );
        assert.equal(one.topic, lower.topics[0] ?? "");
        const text = [...lower.topics, lower.data].map((part) => part.slice(2)).join("");
        assert.equal(one.content.toString("hex"), text);
      }
    }),
    100,
  );
});

test("what is not hex is not packed, and leaves those beside it as they are", () => {
  for (const data of ["", "0", "0x0", "0xzz", "0x00 00", "0x0\u0130", "0x\u0130\u0131", "0x００", "zz", "0X00", "0x-1"])
    for (const topics of [[], [hex(32)]]) {
      const packer = new LogPacker(3);
      const before = packer.pack({ ...AT, topics: [hex(32)], data: "0x1234" });
      assert.equal(packer.pack({ ...AT, topics, data }), undefined, JSON.stringify(data));
      const after = packer.pack({ ...AT, topics: [hex(32)], data: "0x5678" });
      assert.deepEqual([before?.data, after?.data], ["0x1234", "0x5678"]);
    }
  for (const topic of [hex(31), hex(33), `0x${"g".repeat(64)}`, `0x${"\uff10".repeat(64)}`, "0".repeat(66)])
    assert.equal(new LogPacker().pack({ ...AT, topics: [topic], data: "0x" }), undefined, topic);
});
