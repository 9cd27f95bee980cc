import assert from "node:assert/strict";
import { test } from "node:test";
import { AbiCoder, type EventFragment, type ParamType } from "ethers";
import fc from "fast-check";
import { CONTRACT_NAMES, type ContractName } from "../../indexer/config/schema.ts";
import { toHex } from "../../indexer/grants/bytes.ts";
import { type DecodedEvent, decodeLog, decodeRaw, hexBytes } from "../../indexer/ledger/decode.ts";
import { GrantEvent } from "../../indexer/ledger/decodeGrant.ts";
import { EVENT_LAYOUTS } from "../../indexer/ledger/layout.ts";
import { PlainEvents } from "../../indexer/ledger/plainEvents.ts";
import { MalformedAnswerError, type RawLog } from "../../indexer/rpc/answers.ts";
import { LogPacker, type PackedLog } from "../../indexer/rpc/packedLog.ts";
import { INTERFACES } from "../support/interfaces.ts";
import { checked } from "../support/property.ts";

/** Strict decoding, against ethers' encoder, over everything a contract or a node can say. */

interface Log {
  readonly topics: readonly string[];
  readonly data: string;
}
interface Sample extends Log {
  readonly contract: ContractName;
  readonly values: Readonly<Record<string, unknown>>;
}

const coder = AbiCoder.defaultAbiCoder();
/** A contract does not check that text is UTF-8, so as far as its events go text is bytes. */
const typeOf = ({ type }: ParamType): string => (type === "string" ? "bytes" : type);

function encode(event: EventFragment, values: Readonly<Record<string, unknown>>): Log {
  const of = (indexed: boolean) => event.inputs.filter((input) => input.indexed === indexed);
  return {
    topics: [event.topicHash, ...of(true).map((input) => coder.encode([typeOf(input)], [values[input.name]]))],
    data: coder.encode(
      of(false).map(typeOf),
      of(false).map((input) => values[input.name]),
    ),
  };
}

const hex = (length: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.uint8Array({ minLength: length, maxLength: length }).map(toHex),
    fc.constantFrom(0, 1, 0x7f, 0x80, 0xff).map((byte) => toHex(new Uint8Array(length).fill(byte))),
  );

/** Any value of a type, as the decoder gives it: integers as bigint, bytes as hex. */
function anyOf(type: string): fc.Arbitrary<unknown> {
  if (type === "address") return hex(20);
  if (type === "bool") return fc.boolean();
  if (type === "bytes") return fc.oneof(fc.uint8Array({ maxLength: 100 }).map(toHex), hex(32), hex(31), hex(33));
  const bits = /^uint(\d+)$/.exec(type)?.[1];
  if (bits !== undefined) return fc.oneof(fc.bigInt(0n, 2n ** BigInt(bits) - 1n), fc.constant(2n ** BigInt(bits) - 1n));
  return hex(Number(type.slice("bytes".length)));
}

const fragmentsOf = (contract: ContractName): EventFragment[] => {
  const events: EventFragment[] = [];
  INTERFACES[contract].forEachEvent((event) => void events.push(event));
  return events;
};

const sampleOf = (contract: ContractName, event: EventFragment): fc.Arbitrary<Sample> =>
  fc
    .record(Object.fromEntries(event.inputs.map((input) => [input.name, anyOf(typeOf(input))])))
    .map((values) => ({ contract, values, ...encode(event, values) }));

const samplesOf = (contract: ContractName): fc.Arbitrary<Sample> =>
  fc.oneof(...fragmentsOf(contract).map((event) => sampleOf(contract, event)));
const samples: fc.Arbitrary<Sample> = fc.oneof(...CONTRACT_NAMES.map(samplesOf));

function saidByGrant(event: GrantEvent): Record<string, unknown> {
  const { credential, holder, grantee, issuer, seal, purpose, legalBasis, reason, record, context } = event;
  const plain = { credential, holder, grantee, issuer, seal, purpose, legalBasis, reason, record, context };
  return { ...plain, ...event.onward, ...event.hold };
}

/** Everything that a decoded event says, by the names of the ABI. */
function saidBy(event: DecodedEvent): Record<string, unknown> {
  const { kind: _kind, raw: _raw, ...rest } = event;
  const flat: Record<string, unknown> =
    event instanceof GrantEvent
      ? saidByGrant(event)
      : "values" in rest
        ? { ...rest.values }
        : "details" in rest
          ? { ...rest, ...rest.details, details: undefined }
          : { ...rest };
  return Object.fromEntries(
    Object.entries(flat)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [
        name,
        value instanceof Uint8Array ? toHex(value) : typeof value === "number" ? BigInt(value) : value,
      ]),
  );
}

for (const contract of CONTRACT_NAMES)
  test(`what ethers encodes for ${contract} is decoded to the same fields`, () => {
    const seen = new Set<string>();
    checked(
      fc.property(samplesOf(contract), ({ values, ...log }) => {
        const event = decodeLog(contract, log);
        assert.ok(event.kind !== "UNDECODED");
        assert.deepEqual(saidBy(event), { ...values });
        seen.add(log.topics[0] ?? "");
      }),
      1_000,
    );
    assert.equal(seen.size, fragmentsOf(contract).length, "every event was met");
  });

test("no contract's events are taken for another's", () => {
  checked(
    fc.property(samples, fc.constantFrom(...CONTRACT_NAMES), ({ contract, topics, data }, other) => {
      assert.equal(decodeLog(other, { topics, data }).kind === "UNDECODED", contract !== other);
    }),
    500,
  );
});

test("what was kept is decoded to the same as what came", () => {
  checked(
    fc.property(samples, ({ contract, topics, data }) => {
      const raw = { topics: hexBytes(topics), data: hexBytes([data]) };
      assert.deepEqual(decodeRaw(contract, raw), decodeLog(contract, { topics, data }));
    }),
  );
});

/** The log somewhere in a chain. */
const placed = ({ topics, data }: Log): RawLog => ({
  ...{ address: `0x${"00".repeat(20)}`, topics, data, blockNumber: 1n, blockHash: word("01") },
  ...{ transactionHash: word("02"), transactionIndex: 0, logIndex: 0 },
});

function packed(log: Log): PackedLog {
  const packer = new LogPacker(2);
  // Not at the start of the memory, as nearly all are.
  assert.ok(packer.pack(placed({ topics: [word("77")], data: "0x88" })));
  const made = packer.pack(placed(log));
  assert.ok(made);
  return made;
}

/** Of GRANTED, REVOKED and RELEASED the short way tells the same as the long one, and of nothing else anything. */
function assertShortWay(log: Log): void {
  const event = decodeLog("AccessGrants", log);
  const short = new PlainEvents().read(packed(log));
  if (event instanceof GrantEvent && event.raw === undefined) {
    assert.ok(short);
    assert.deepEqual([short.kind, saidBy(short)], [event.kind, saidBy(event)]);
  } else assert.equal(short, undefined);
}

/** Every log is read to the end: to an event that says the same bytes, or to the bytes themselves. */
function assertNothingLost(log: Log, contract: ContractName = "AccessGrants"): "decoded" | "raw" {
  const event = decodeLog(contract, log);
  const fromBytes = decodeLog(contract, packed(log));
  assert.deepEqual([fromBytes.kind, fromBytes.raw], [event.kind, event.raw]);
  if (contract === "AccessGrants") assertShortWay(log);
  const whole = { topics: `0x${log.topics.map((topic) => topic.slice(2)).join("")}`, data: log.data };
  if (event.raw !== undefined)
    assert.deepEqual({ topics: toHex(event.raw.topics), data: toHex(event.raw.data) }, whole);
  if (event.kind === "UNDECODED") return "raw";
  const fragment = INTERFACES[contract].getEvent(log.topics[0] ?? "");
  assert.ok(fragment);
  assert.deepEqual(encode(fragment, saidBy(event)), log);
  return "decoded";
}

test("any topics and data: decoded and written again they are the same bytes, or they are kept", () => {
  const any = fc.record({ topics: fc.array(hex(32), { maxLength: 4 }), data: hex(32).chain(() => fc.uint8Array()) });
  const known = (contract: ContractName) =>
    fc.record({
      topics: fc
        .tuple(
          fc.constantFrom(...fragmentsOf(contract).map((event) => event.topicHash)),
          fc.array(hex(32), { maxLength: 3 }),
        )
        .map(([topic, rest]) => [topic, ...rest]),
      data: fc
        .integer({ min: 0, max: 11 })
        .chain((words) => fc.uint8Array({ minLength: words * 32, maxLength: words * 32 })),
    });
  for (const contract of CONTRACT_NAMES)
    checked(
      fc.property(fc.oneof(any, known(contract)), ({ topics, data }) => {
        assertNothingLost({ topics, data: toHex(data) }, contract);
      }),
      500,
    );
});

for (const contract of CONTRACT_NAMES)
  test(`one byte of an event of ${contract} changed anywhere: what is decoded still says every byte`, () => {
    const seen = { decoded: 0, raw: 0 };
    checked(
      fc.property(samplesOf(contract), fc.nat(10_000), fc.integer({ min: 1, max: 255 }), (log, place, change) => {
        const count = log.topics.length;
        const all = hexBytes([...log.topics, log.data]);
        const at = place % all.length;
        all[at] = (all[at] ?? 0) ^ change;
        const topics = log.topics.map((_, i) => toHex(all.subarray(32 * i, 32 * (i + 1))));
        seen[assertNothingLost({ topics, data: toHex(all.subarray(32 * count)) }, contract)]++;
      }),
      1_000,
    );
    assert.ok(seen.decoded > 50 && seen.raw > 50, `${seen.decoded} decoded, ${seen.raw} raw`);
  });

test("dynamic values anywhere but where an encoder puts them are kept raw", () => {
  const event = INTERFACES.EntityRegistry.getEvent("EntityRegistered");
  assert.ok(event);
  const { topics, data } = encode(event, {
    ...{ account: `0x${"11".repeat(20)}`, kinds: 1, jurisdiction: "0x4445", lei: `0x${"00".repeat(20)}` },
    ...{ name: `0x${"aa".repeat(33)}`, uri: `0x${"bb".repeat(2)}`, sequence: 1 },
  });
  assert.equal(assertNothingLost({ topics, data }, "EntityRegistry"), "decoded");
  const words: string[] = data.slice(2).match(/.{64}/g) ?? [];
  const word = (value: number): string => value.toString(16).padStart(64, "0");
  const joined = (list: readonly string[]): string => `0x${list.join("")}`;
  const put = (...changes: readonly (readonly [at: number, value: string])[]): string =>
    joined(changes.reduce((list, [at, value]) => list.with(at, value), words));
  const [nameAt = "", uriAt = ""] = words.slice(3, 5);
  const moved = put([4, word(Number.parseInt(uriAt, 16) + 32)]);
  const hostile: Record<string, string> = {
    "both texts at one place": put([4, nameAt]),
    "the second text before the first": put([3, uriAt], [4, nameAt]),
    "an offset beyond the data": put([4, word(100_000)]),
    "an offset of 2^255": put([4, `8${"0".repeat(63)}`]),
    "a length beyond the data": put([6, word(100_000)]),
    "a length of 2^256 - 1": put([6, "f".repeat(64)]),
    "a gap between the texts": `${moved.slice(0, 2 + 64 * 9)}${word(0)}${moved.slice(2 + 64 * 9)}`,
    "dirt behind a text": put([8, `${words[8]?.slice(0, -1)}1`]),
    "a word more": `${data}${word(0)}`,
    "a word less": joined(words.slice(0, -1)),
    "half a word more": `${data}${"00".repeat(16)}`,
  };
  for (const [name, bad] of Object.entries(hostile)) {
    assert.notEqual(bad, data, name);
    assert.equal(assertNothingLost({ topics, data: bad }, "EntityRegistry"), "raw", name);
  }
});

const word = (byte: string): string => `0x${byte.repeat(32)}`;
const GRANTED = EVENT_LAYOUTS[0]?.topic ?? "";
const REVOKED = EVENT_LAYOUTS[1]?.topic ?? "";
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

test("the short way takes no letter for a digit that is none", () => {
  const revoked = INTERFACES.AccessGrants.getEvent("Revoked");
  assert.ok(revoked);
  checked(
    fc.property(sampleOf("AccessGrants", revoked), fc.nat(), fc.nat(4), ({ topics, data }, place, which) => {
      const texts = [...topics.slice(1), data];
      const i = which % texts.length;
      for (const letter of ["g", "z", " ", "-", "\0", "\u0130", "\uff10"]) {
        const text = texts[i] ?? "";
        const at = 2 + (place % (text.length - 2));
        const wrong = texts.with(i, `${text.slice(0, at)}${letter}${text.slice(at + 1)}`);
        const log = { topics: [topics[0] ?? "", ...wrong.slice(0, 3)], data: wrong[3] ?? "" };
        assert.equal(new LogPacker().pack(placed(log)), undefined, JSON.stringify(letter));
        assert.throws(() => decodeLog("AccessGrants", log), MalformedAnswerError);
      }
    }),
  );
});

test("dirty padding of every padded field is kept, not cleaned", () => {
  const granted = INTERFACES.AccessGrants.getEvent("Granted");
  assert.ok(granted);
  const { topics, data } = encode(granted, {
    ...{ credential: word("11"), holder: `0x${"22".repeat(20)}`, grantee: `0x${"33".repeat(20)}` },
    ...{ issuer: `0x${"44".repeat(20)}`, seal: word("55"), purpose: 6, legalBasis: 7, record: word("88") },
    context: word("99"),
  });
  const dirty = (text: string, at: number): string => `${text.slice(0, at)}1${text.slice(at + 1)}`;
  for (const at of [2, 25]) {
    assert.equal(assertNothingLost({ topics: [...topics].with(2, dirty(topics[2] ?? "", at)), data }), "raw", "holder");
    assert.equal(
      assertNothingLost({ topics: [...topics].with(3, dirty(topics[3] ?? "", at)), data }),
      "raw",
      "grantee",
    );
    assert.equal(assertNothingLost({ topics, data: dirty(data, at) }), "raw", "issuer");
  }
  for (const at of [2 + 64 * 2, 2 + 64 * 2 + 59, 2 + 64 * 3, 2 + 64 * 3 + 61])
    assert.equal(assertNothingLost({ topics, data: dirty(data, at) }), "raw", "purpose and code");
  assert.equal(assertNothingLost({ topics, data: dirty(data, 2 + 64 * 3 + 62) }), "decoded", "a digit of the code");
});

test("upper-case hex is the same event", () => {
  const upper = (text: string): string => `0x${text.slice(2).toUpperCase()}`;
  for (const { contract, topics, data } of fc.sample(samples, { seed: 1, numRuns: 50 }))
    assert.deepEqual(
      decodeLog(contract, { topics: topics.map(upper), data: upper(data) }),
      decodeLog(contract, { topics, data }),
    );
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
    assert.throws(
      () => decodeLog("AccessGrants", { topics: [], data: text }),
      MalformedAnswerError,
      JSON.stringify(text),
    );
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
