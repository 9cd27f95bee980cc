import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  MalformedAnswerError,
  parseHeader,
  parseLogs,
  parseQuantity,
  parseReceipts,
} from "../../indexer/rpc/answers.ts";
import { checked } from "../support/property.ts";
import { saidByLogs } from "../sync/headers.ts";

/** What a node says is checked in shape: any JSON at all is either an answer or a MalformedAnswerError. */

const PARSERS = {
  parseHeader,
  parseLogs,
  parseReceipts,
  parseQuantity: (value: unknown) => parseQuantity(value, "a number"),
};

const HEADER = {
  number: "0x10",
  hash: `0x${"aB".repeat(32)}`,
  parentHash: `0x${"01".repeat(32)}`,
  timestamp: "0x6b49d200",
  logsBloom: `0x${"0F".repeat(256)}`,
};
const LOG = {
  address: `0x${"Cd".repeat(20)}`,
  topics: [`0x${"11".repeat(32)}`],
  data: "0x00ff",
  transactionHash: `0x${"22".repeat(32)}`,
  transactionIndex: "0x1",
  logIndex: "0x7fffffff",
  blockNumber: "0x7fffffffffffffff",
  blockHash: `0x${"Ef".repeat(32)}`,
  removed: false,
};

test("a right header and log are read exactly", () => {
  const header = parseHeader(HEADER);
  assert.deepEqual(
    [header?.number, header?.time, header?.logsBloom, Buffer.from(header?.hash ?? []).toString("hex")],
    [16n, 0x6b49d200n, HEADER.logsBloom.toLowerCase(), "ab".repeat(32)],
  );
  const right = {
    address: LOG.address.toLowerCase(),
    topics: LOG.topics,
    data: LOG.data,
    transactionHash: LOG.transactionHash,
    transactionIndex: 1,
    logIndex: 2 ** 31 - 1,
    blockNumber: 2n ** 63n - 1n,
    blockHash: LOG.blockHash.toLowerCase(),
  };
  assert.deepEqual(saidByLogs(parseLogs([LOG])), [right]);
  assert.deepEqual(saidByLogs(parseReceipts([{ logs: [LOG] }, { logs: [] }, { logs: [LOG] }])), [right, right]);
  const other = { ...LOG, blockNumber: "0x1", blockHash: LOG.transactionHash, transactionHash: LOG.blockHash };
  assert.deepEqual(saidByLogs(parseLogs([LOG, { ...other, address: `0x${"Ab".repeat(20)}` }, LOG])), [
    right,
    {
      ...{ ...right, address: `0x${"ab".repeat(20)}`, blockNumber: 1n },
      ...{ blockHash: LOG.transactionHash, transactionHash: LOG.blockHash },
    },
    right,
  ]);
});

test("null is no block, and it is no list of logs or receipts", () => {
  assert.equal(parseHeader(null), undefined);
  assert.equal(parseHeader(undefined), undefined);
  assert.deepEqual(parseLogs([]), []);
  for (const nothing of [null, undefined, {}, "", 0, false]) {
    assert.throws(() => parseLogs(nothing), MalformedAnswerError);
    assert.throws(() => parseReceipts(nothing), MalformedAnswerError);
  }
});

function onlyMalformed(parse: (value: unknown) => unknown, value: unknown): boolean {
  try {
    parse(value);
    return true;
  } catch (error) {
    assert.ok(error instanceof MalformedAnswerError, `${String(error)} for ${JSON.stringify(value)}`);
    assert.ok(error.message.length < 300, "the message quotes an answer in short");
    assert.doesNotMatch(error.message, /[\n\r]/, "and in one line");
    return false;
  }
}

for (const [name, parse] of Object.entries(PARSERS))
  test(`${name} takes any JSON without another error than MalformedAnswerError`, () => {
    checked(
      fc.property(fc.jsonValue(), (value) => {
        onlyMalformed(parse, value);
        onlyMalformed(parse, [value]);
        onlyMalformed(parse, [{ logs: [value] }]);
      }),
      500,
    );
  });

const wrong = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: "binary" }),
  fc.constantFrom("0x", "0X1", "0x01", "0x-1", "1", 1, null, "0x8000000000000000", `0x${"zz".repeat(32)}`),
);

test("one wrong field makes a header or a log malformed, whatever stands there", () => {
  const field = fc.constantFrom(...(Object.keys(HEADER) as (keyof typeof HEADER)[]));
  checked(
    fc.property(field, wrong, (key, value) => {
      const quantity = /^0x(0|[1-9a-fA-F][0-9a-fA-F]{0,15})$/;
      const digits = { number: quantity, timestamp: quantity, logsBloom: /^0x[0-9a-fA-F]{512}$/ };
      const right = digits[key as "number"] ?? /^0x[0-9a-fA-F]{64}$/;
      const could = typeof value === "string" && right.test(value) && (right !== quantity || BigInt(value) < 2n ** 63n);
      assert.equal(onlyMalformed(parseHeader, { ...HEADER, [key]: value }), could, key);
    }),
    1_000,
  );
  const logField = fc.constantFrom(
    ...(["address", "topics", "data", "transactionHash", "blockHash", "logIndex", "blockNumber"] as const),
  );
  checked(
    fc.property(logField, fc.oneof(fc.integer(), fc.constant(null), fc.object(), fc.constant("0x0g")), (key, value) => {
      assert.equal(onlyMalformed(parseLogs, [{ ...LOG, [key]: value }]), false, key);
    }),
  );
});

test("a removed log, five topics, a short topic, an index of 2^31", () => {
  for (const change of [
    { removed: true },
    { topics: Array.from({ length: 5 }, () => LOG.topics[0]) },
    { topics: ["0x11"] },
    { topics: [7] },
    { logIndex: "0x80000000" },
    { transactionIndex: null },
    { blockNumber: null },
    { blockHash: null },
  ])
    assert.throws(() => parseLogs([{ ...LOG, ...change }]), MalformedAnswerError, JSON.stringify(change));
});
