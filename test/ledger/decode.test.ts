import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toHex } from "../../indexer/grants/bytes.ts";
import { decodeLog, hexBytes } from "../../indexer/ledger/decode.ts";
import { EVENT_LAYOUTS, topicOf } from "../../indexer/ledger/layout.ts";
import { MalformedAnswerError } from "../../indexer/rpc/answers.ts";
import { AccessGrants__factory } from "../../typechain-types/factories/AccessGrants__factory.ts";
import { checked } from "../support/property.ts";

/** Decoding by slicing, against ethers' decoder, over everything a contract or a node can say. */

const abi = AccessGrants__factory.createInterface();
const hex = (length: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.uint8Array({ minLength: length, maxLength: length }).map(toHex),
    fc.constantFrom(0, 1, 0x7f, 0x80, 0xff).map((byte) => toHex(new Uint8Array(length).fill(byte))),
  );

const fields = fc.record({
  name: fc.constantFrom<string>("Granted", "Revoked", "Released"),
  credential: hex(32),
  holder: hex(20),
  grantee: hex(20),
  issuer: hex(20),
  seal: hex(32),
  purpose: fc.oneof(fc.nat(0xffff), fc.constantFrom(0, 255, 256, 0xffff)),
  code: fc.nat(0xff),
  record: hex(32),
  context: hex(32),
});
type Fields = typeof fields extends fc.Arbitrary<infer T> ? T : never;

function encode(f: Fields): { topics: string[]; data: string } {
  const values = [f.credential, f.holder, f.grantee, f.issuer, f.seal, f.purpose, f.code, f.record];
  if (f.name === "Granted") values.push(f.context);
  return abi.encodeEventLog(f.name as "Granted", values as never);
}

/** What was decoded, as ethers would write it. */
function encodeAgain(event: Exclude<ReturnType<typeof decodeLog>, { kind: "UNDECODED" }>) {
  return encode({
    name: event.kind.charAt(0) + event.kind.slice(1).toLowerCase(),
    credential: toHex(event.credential),
    holder: toHex(event.holder),
    grantee: toHex(event.grantee),
    issuer: toHex(event.issuer),
    seal: toHex(event.seal),
    purpose: event.purpose,
    code: event.code,
    record: toHex(event.record),
    context: event.context === undefined ? `0x${"00".repeat(32)}` : toHex(event.context),
  });
}

test("what ethers encodes is decoded to the same fields", () => {
  checked(
    fc.property(fields, (f) => {
      const event = decodeLog(encode(f));
      assert.ok(event.kind !== "UNDECODED");
      const { credential, holder, grantee, issuer, seal, record } = event;
      assert.deepEqual(
        {
          name: event.kind,
          ...{ credential: toHex(credential), holder: toHex(holder), grantee: toHex(grantee), issuer: toHex(issuer) },
          ...{ seal: toHex(seal), purpose: event.purpose, code: event.code, record: toHex(record) },
          context: event.context && toHex(event.context),
        },
        { ...f, name: f.name.toUpperCase(), context: f.name === "Granted" ? f.context : undefined },
      );
    }),
    1_000,
  );
});

/** Every log is read to the end: to an event that says the same bytes, or to the bytes themselves. */
function assertNothingLost(log: { topics: readonly string[]; data: string }): "decoded" | "raw" {
  const event = decodeLog(log);
  if (event.kind === "UNDECODED") {
    assert.equal(toHex(event.topics), `0x${log.topics.map((topic) => topic.slice(2)).join("")}`);
    assert.equal(toHex(event.data), log.data);
    return "raw";
  }
  assert.deepEqual(encodeAgain(event), log);
  return "decoded";
}

test("any topics and data: decoded and written again they are the same bytes, or they are kept", () => {
  const any = fc.record({ topics: fc.array(hex(32), { maxLength: 4 }), data: hex(32).chain(() => fc.uint8Array()) });
  const known = fc.record({
    topics: fc.tuple(
      fc.constantFrom(...EVENT_LAYOUTS.map(({ signature }) => topicOf(signature))),
      hex(32),
      hex(32),
      hex(32),
    ),
    data: fc
      .integer({ min: 4, max: 7 })
      .chain((words) => fc.uint8Array({ minLength: words * 32, maxLength: words * 32 })),
  });
  checked(
    fc.property(fc.oneof(any, known), ({ topics, data }) => {
      assertNothingLost({ topics, data: toHex(data) });
    }),
    1_000,
  );
});

test("one byte of an event changed anywhere: what is decoded still says every byte", () => {
  const seen = { decoded: 0, raw: 0 };
  checked(
    fc.property(fields, fc.nat(10_000), fc.integer({ min: 1, max: 255 }), (f, place, change) => {
      const { topics, data } = encode(f);
      const all = Buffer.from(topics.map((topic) => topic.slice(2)).join("") + data.slice(2), "hex");
      const at = place % all.length;
      all[at] = (all[at] ?? 0) ^ change;
      const text = all.toString("hex");
      const changed = [0, 1, 2, 3].map((i) => `0x${text.slice(i * 64, i * 64 + 64)}`);
      seen[assertNothingLost({ topics: changed, data: `0x${text.slice(256)}` })]++;
    }),
    2_000,
  );
  assert.ok(seen.decoded > 100 && seen.raw > 100, `${seen.decoded} decoded, ${seen.raw} raw`);
});

const word = (byte: string): string => `0x${byte.repeat(32)}`;
const GRANTED = topicOf(EVENT_LAYOUTS[0]?.signature ?? "");
const REVOKED = topicOf(EVENT_LAYOUTS[1]?.signature ?? "");
const HOSTILE: Record<string, { topics: string[]; data: string }> = {
  "no topics, no data": { topics: [], data: "0x" },
  "an unknown event": { topics: [word("ab")], data: word("cd") },
  "nothing but NUL": { topics: [word("00"), word("00"), word("00"), word("00")], data: `0x${"00".repeat(192)}` },
  "nothing but 0xff": { topics: [GRANTED, word("ff"), word("ff"), word("ff")], data: `0x${"ff".repeat(192)}` },
  "three topics of Granted": { topics: [GRANTED, word("01"), word("00")], data: `0x${"00".repeat(192)}` },
  "the data of Revoked under the name of Granted": {
    topics: [GRANTED, word("01"), word("00"), word("00")],
    data: `0x${"00".repeat(160)}`,
  },
  "a byte more": { topics: [REVOKED, word("01"), word("00"), word("00")], data: `0x${"00".repeat(161)}` },
  "a word more": { topics: [REVOKED, word("01"), word("00"), word("00")], data: `0x${"00".repeat(192)}` },
  "a byte less": { topics: [REVOKED, word("01"), word("00"), word("00")], data: `0x${"00".repeat(159)}` },
  "ten kilobytes": { topics: [GRANTED, word("01"), word("00"), word("00")], data: `0x${"5a".repeat(10_240)}` },
};
for (const [name, log] of Object.entries(HOSTILE))
  test(`hostile: ${name} is kept as it is`, () => {
    assert.equal(assertNothingLost(log), "raw");
  });

test("dirty padding of every padded field is kept, not cleaned", () => {
  const whole: Fields = {
    ...{ name: "Granted", credential: word("11"), holder: `0x${"22".repeat(20)}`, grantee: `0x${"33".repeat(20)}` },
    ...{
      issuer: `0x${"44".repeat(20)}`,
      seal: word("55"),
      purpose: 6,
      code: 7,
      record: word("88"),
      context: word("99"),
    },
  };
  const { topics, data } = encode(whole);
  const dirty = (text: string, at: number): string => `${text.slice(0, at)}1${text.slice(at + 1)}`;
  for (const at of [2, 25]) {
    assert.equal(assertNothingLost({ topics: topics.with(2, dirty(topics[2] ?? "", at)), data }), "raw", "holder");
    assert.equal(assertNothingLost({ topics: topics.with(3, dirty(topics[3] ?? "", at)), data }), "raw", "grantee");
    assert.equal(assertNothingLost({ topics, data: dirty(data, at) }), "raw", "issuer");
  }
  for (const at of [2 + 64 * 2, 2 + 64 * 2 + 59, 2 + 64 * 3, 2 + 64 * 3 + 61])
    assert.equal(assertNothingLost({ topics, data: dirty(data, at) }), "raw", "purpose and code");
  assert.equal(assertNothingLost({ topics, data: dirty(data, 2 + 64 * 3 + 62) }), "decoded", "a digit of the code");
});

test("upper-case hex is the same event", () => {
  const log = encode(fc.sample(fields, { seed: 1, numRuns: 1 })[0] as Fields);
  const upper = (text: string): string => `0x${text.slice(2).toUpperCase()}`;
  assert.deepEqual(decodeLog({ topics: log.topics.map(upper), data: upper(log.data) }), decodeLog(log));
});

test("text that is not hex is a node's fault, never bytes", () => {
  for (const text of [
    "",
    "0",
    "0x0",
    "0xzz",
    "0x00 00",
    "0x0\u0130",
    "0x\u0130\u0131",
    "0x００",
    "zz",
    "0X00",
    "0x-1",
  ]) {
    assert.throws(() => hexBytes([text]), MalformedAnswerError, JSON.stringify(text));
    assert.throws(() => decodeLog({ topics: [], data: text }), MalformedAnswerError, JSON.stringify(text));
  }
  checked(
    fc.property(fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }))), (texts) => {
      try {
        assert.equal(toHex(hexBytes(texts)).slice(2), texts.map((text) => text.slice(2).toLowerCase()).join(""));
      } catch (error) {
        assert.ok(error instanceof MalformedAnswerError, String(error));
      }
    }),
  );
});
