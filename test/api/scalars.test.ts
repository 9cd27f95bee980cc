import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { GraphQLError, type GraphQLScalarType } from "graphql";
import { schema } from "../../indexer/api/schema.ts";
import { toAddress } from "../../indexer/grants/bytes.ts";
import { checked } from "../support/property.ts";

function scalar(name: string): GraphQLScalarType {
  const type = schema.getType(name);
  if (type === undefined || !("parseValue" in type)) throw new Error(`no scalar ${name}`);
  return type as GraphQLScalarType;
}

const parse = (name: string, value: unknown): unknown => scalar(name).parseValue(value);
const serialize = (name: string, value: unknown): unknown => scalar(name).serialize(value);

function refuses(name: string, value: unknown, message: RegExp): void {
  assert.throws(
    () => parse(name, value),
    (error) => error instanceof GraphQLError && error.extensions["code"] === "BAD_INPUT" && message.test(error.message),
    `${name} ${String(value)}`,
  );
}

const ADDRESS = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const OWN = [
  "AccountId",
  "Address",
  "BlockNumber",
  "Bytes",
  "Bytes32",
  "ChainId",
  "Count",
  "Seconds",
  "Timestamp",
  "UnixTime",
];

describe("scalars", () => {
  it("Address: one letter case or a right checksum in, the checksum out", () => {
    for (const text of [ADDRESS, ADDRESS.toLowerCase(), `0x${ADDRESS.slice(2).toUpperCase()}`])
      assert.equal(serialize("Address", parse("Address", text)), ADDRESS);
    refuses("Address", ADDRESS.replace("aA", "Aa"), /checksum/);
    refuses("Address", ADDRESS.slice(0, -1), /40 hex digits/);
    refuses("Address", `${ADDRESS} `, /40 hex digits/);
    refuses("Address", 5, /string/);
  });

  it("AccountId: CAIP-10", () => {
    assert.equal(
      serialize("AccountId", parse("AccountId", `eip155:10:${ADDRESS.toLowerCase()}`)),
      `eip155:10:${ADDRESS}`,
    );
    for (const text of [ADDRESS, `10:${ADDRESS}`, `eip155:0:${ADDRESS}`, `eip155:${ADDRESS}`, "eip155:1:"])
      refuses("AccountId", text, /AccountId/);
  });

  it("ChainId: CAIP-2 or the number, within 63 bits", () => {
    for (const value of ["eip155:42161", "42161", 42161])
      assert.equal(serialize("ChainId", parse("ChainId", value)), "eip155:42161");
    for (const value of ["eip155:0", 0, -1, 1.5, "eip155:9223372036854775808", "solana:1", "eip155:01"])
      refuses("ChainId", value, /ChainId/);
  });

  it("Bytes32: 64 digits and no other number of them", () => {
    const text = `0x${"0a".repeat(32)}`;
    assert.equal(serialize("Bytes32", parse("Bytes32", text.toUpperCase().replace("X", "x"))), text);
    for (const value of ["0x", text.slice(0, -1), `${text}00`, text.slice(2), `0x${"zz".repeat(32)}`, 1])
      refuses("Bytes32", value, /Bytes32/);
  });

  it("UnixTime: seconds, or RFC 3339; the bound is that of the record", () => {
    assert.equal(parse("UnixTime", 0), 0n);
    assert.equal(parse("UnixTime", 2 ** 40 - 1), 2n ** 40n - 1n);
    assert.equal(parse("UnixTime", "1800000000"), 1_800_000_000n);
    assert.equal(parse("UnixTime", "2027-01-15T08:00:00Z"), 1_800_000_000n);
    assert.equal(parse("UnixTime", "2027-01-15T09:00:00.900+01:00"), 1_800_000_000n);
    assert.equal(parse("UnixTime", "1970-01-01"), 0n);
    for (const value of [-1, 1.5, "soon", "2026-02-30", "2026-02-30T00:00:00Z", "1969-12-31", "2026-13-01", null, true])
      refuses("UnixTime", value, /UnixTime/);
  });

  it("UnixTime: milliseconds are named as what they are", () => {
    for (const value of [1_800_000_000_000, "1800000000000", 2 ** 40]) refuses("UnixTime", value, /milliseconds/);
  });

  it("whole numbers stay exact beyond 2^53", () => {
    assert.equal(serialize("BlockNumber", 2n ** 53n - 1n), Number.MAX_SAFE_INTEGER);
    assert.equal(serialize("BlockNumber", 2n ** 63n - 1n), "9223372036854775807");
    assert.equal(parse("BlockNumber", "9223372036854775807"), 2n ** 63n - 1n);
    refuses("BlockNumber", "9223372036854775808", /BlockNumber/);
    refuses("BlockNumber", 2 ** 53, /BlockNumber/);
    refuses("Seconds", 2 ** 32, /Seconds/);
  });

  it("Timestamp: RFC 3339 in UTC to the microsecond", () => {
    assert.equal(parse("Timestamp", "2026-01-01T00:00:00.123456Z"), "2026-01-01T00:00:00.123456Z");
    for (const value of ["2026-01-01", "2026-01-01T00:00:00+01:00", "2026-99-01T00:00:00Z", 1])
      refuses("Timestamp", value, /Timestamp/);
  });

  it("an account shows its chain", () => {
    const address = toAddress(new Uint8Array(20));
    assert.equal(serialize("AccountId", { chainId: 1n, address }), `eip155:1:0x${"00".repeat(20)}`);
  });

  it("whatever comes in is either taken or refused as BAD_INPUT", () => {
    const anything = fc.oneof(fc.anything(), fc.string(), fc.integer(), fc.double(), fc.bigInt());
    checked(
      fc.property(fc.constantFrom(...OWN), anything, (name, value) => {
        try {
          parse(name, value);
        } catch (error) {
          assert(error instanceof GraphQLError, String(error));
          assert.equal(error.extensions["code"], "BAD_INPUT");
          assert(error.message.length < 300);
        }
      }),
      2000,
    );
  });
});
