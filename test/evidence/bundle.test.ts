import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ContractName } from "../../indexer/config/schema.ts";
import { type Bundle, digestOf } from "../../indexer/evidence/bundle.ts";
import type { ReceiptLog } from "../../indexer/evidence/decodeReceipt.ts";
import { EvidenceError } from "../../indexer/evidence/errors.ts";
import { Rejection } from "../../indexer/evidence/rejection.ts";
import { verifyBundle } from "../../indexer/evidence/verifyBundle.ts";
import { toHex } from "../../indexer/grants/bytes.ts";
import { address, bytes32 } from "../api/world.ts";
import { INTERFACES } from "../support/interfaces.ts";
import { checked, seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { bundleOf, CREDENTIAL, goodBlock, goodBundle, makeBlock, ourLog, strangers, textOf } from "./madeBlock.ts";

/** Evidence that is right verifies however it is written down; evidence that is damaged anywhere does not. */

const GOOD = goodBundle();
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Of every event that the suite can say, values that its ABI can carry. */
function everyEvent(): { contract: ContractName; name: string; log: ReceiptLog }[] {
  const all: { contract: ContractName; name: string; log: ReceiptLog }[] = [];
  for (const contract of Object.keys(INTERFACES) as ContractName[])
    INTERFACES[contract].forEachEvent((event) => {
      const values = Object.fromEntries(event.inputs.map(({ name, type }) => [name, VALUES[type]]));
      const named = "seal" in values ? {} : values;
      all.push({
        contract,
        name: event.name,
        log: ourLog(contract, event.name, { ...values, ...named, ...own(values) }),
      });
    });
  return all;
}

/** Those that have to fit each other. */
const own = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  "seal" in values
    ? { credential: CREDENTIAL, holder: address(0x401d), issuer: address(0x155), seal: bytes32(0x5ea1) }
    : {};

const VALUES: Readonly<Record<string, unknown>> = {
  ...{ address: address(0xabc), bool: true, string: "Größe \u0000 \u{1f600}", bytes: "0x0102ff", bytes2: "0x4445" },
  ...{ bytes4: "0x01020304", bytes20: `0x${"41".repeat(20)}`, bytes32: `0x${"5a".repeat(32)}` },
  ...Object.fromEntries([8, 16, 32, 40, 48, 64].map((bits) => [`uint${bits}`, 2n ** BigInt(bits) - 1n])),
};

test("every event of the suite, with every field as ethers decodes it", () => {
  const events = everyEvent();
  assert.ok(events.length >= 30, `${events.length}`);
  for (const { contract, name, log } of events) {
    const block = makeBlock({ receipts: [...strangers(3), { logs: [log] }] });
    const bundle = verifyBundle(textOf(bundleOf(block, 3, 0, { name: contract })));
    const said = INTERFACES[contract].parseLog({ topics: [...log.topics], data: log.data });
    const isKnown = bundle.event.kind !== "UNDECODED";
    if (!isKnown) continue;
    assert.equal(bundle.event.signature, said?.signature, name);
    assert.equal(bundle.event.topic, said?.topic);
    const byName = new Map(bundle.event.fields.map((field) => [field.name, field]));
    assert.equal(byName.size, said?.fragment.inputs.length);
    for (const [i, input] of (said?.fragment.inputs ?? []).entries()) {
      const value = said?.args[i];
      const expected =
        input.type === "string" ? toHex(Buffer.from(String(value), "utf8")) : String(value).toLowerCase();
      assert.deepEqual(byName.get(input.name), { name: input.name, type: input.type, value: expected }, name);
    }
    assert.equal(bundle.event.record !== null, byName.has("record"));
  }
});

test("what a contract does not say is evidence of what is not understood", () => {
  const log = { ...ourLog("AccessGrants", "Granted"), data: "0x01" };
  const { event } = verifyBundle(textOf(bundleOf(makeBlock({ receipts: [{ logs: [log] }] }), 0, 0)));
  assert.deepEqual(event, { kind: "UNDECODED", signature: null, topic: null, fields: [], record: null });
  const none = { ...log, topics: [] };
  assert.equal(bundleOf(makeBlock({ receipts: [{ logs: [none] }] }), 0, 0).event.kind, "UNDECODED");
});

test("blocks of any size, at any place", () => {
  const random = createRandom(seed());
  for (const count of [1, 2, 16, 17, 127, 128, 129, 256, 300]) {
    const place = random.int(count);
    const receipts = strangers(count, seed()).with(place, { logs: [ourLog("AccessGrants", "Granted")] });
    const bundle = bundleOf(makeBlock({ receipts }), place, 0);
    assert.deepEqual(verifyBundle(textOf(bundle)), bundle);
  }
});

test("spaces, line breaks and the order of keys say nothing", () => {
  for (const space of [2, 4, "\t", "\r\n"])
    assert.deepEqual(verifyBundle(text(JSON.stringify(GOOD, null, space))), GOOD);
  assert.deepEqual(verifyBundle(text(`\n ${JSON.stringify(GOOD)}\n`)), GOOD);
  const turned = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(turned);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, inner]) => [key, turned(inner)]),
    );
  };
  assert.deepEqual(verifyBundle(textOf(turned(GOOD))), GOOD);
});

test("nothing is made of a place where the block holds no log of ours", () => {
  for (const [receipt, log] of [
    [131, 3],
    [131, -1],
    [150, 0],
    [0, 0],
  ] as const)
    assert.throws(() => bundleOf(goodBlock(), receipt, log), EvidenceError);
});

const refused = (bytes: Uint8Array): void =>
  assert.throws(
    () => verifyBundle(bytes),
    (error) => error instanceof Rejection,
  );

test("a byte that is changed anywhere", () => {
  const good = textOf(GOOD);
  checked(
    fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const bytes = good.slice();
      bytes[at] = (bytes[at] as number) ^ change;
      refused(bytes);
    }),
    3_000,
  );
});

test("bytes that are left out, doubled, moved, or of nobody knows where", () => {
  const good = textOf(GOOD);
  const place = fc.nat(good.length);
  checked(
    fc.property(
      place,
      place,
      place,
      fc.uint8Array({ minLength: 1, maxLength: 20 }),
      fc.nat(3),
      (a, b, c, strange, how) => {
        const [from, to] = a < b ? [a, b] : [b, a + 1];
        const part = good.subarray(from, to);
        const bytes = [
          () => Buffer.concat([good.subarray(0, from), good.subarray(to)]),
          () => Buffer.concat([good.subarray(0, to), part, good.subarray(to)]),
          () => Buffer.concat([good.subarray(0, c), part, good.subarray(c)]),
          () => Buffer.concat([good.subarray(0, c), strange, good.subarray(c)]),
        ][how]?.();
        // A space between the parts is nothing.
        if (bytes === undefined || says(bytes) === says(good)) return;
        refused(bytes);
      },
    ),
    1_500,
  );
});

/** The text without spaces; undefined where it is none. */
function says(bytes: Uint8Array): string | undefined {
  try {
    return JSON.stringify(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch {
    return undefined;
  }
}

/** Of the bundle, what nothing proves. */
const UNPROVEN = /^(?:claims\.|digest$|contract\.creation\.(?:codeHash|abiHash)$)/;

test("a digit that is changed anywhere in what is proven, by a forger who seals it again", () => {
  const places: string[][] = [];
  const walk = (value: unknown, path: string[]): void => {
    if (typeof value === "string" && !UNPROVEN.test(path.join("."))) places.push(path);
    if (typeof value === "object" && value !== null)
      for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key]);
  };
  walk(GOOD, []);
  assert.ok(places.length > 60);
  checked(
    fc.property(fc.constantFrom(...places), fc.nat(), fc.constantFrom(..."0123456789abcdefg"), (path, n, digit) => {
      const draft = structuredClone(GOOD);
      const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], draft);
      const key = path.at(-1) as string;
      const value = (parent as Record<string, string>)[key] as string;
      const at = n % value.length;
      if (value[at] === digit) return;
      (parent as Record<string, string>)[key] = value.slice(0, at) + digit + value.slice(at + 1);
      refused(textOf({ ...draft, digest: digestOf(draft as Bundle) }));
    }),
    1_000,
  );
});
