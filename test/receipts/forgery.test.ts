import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { SigningKey } from "ethers";
import fc from "fast-check";
import { digestOf } from "../../indexer/receipts/receipt.ts";
import { parseReceipt, ReceiptError, verifyReceipt } from "../../indexer/receipts/verify.ts";
import { checked } from "../support/property.ts";
import { CHECK, KEY, OTHER, RECEIPT } from "./signed.ts";

/** A receipt stands for what was signed, and for nothing that was made of it since. */

type Json = { [key: string]: unknown };
const copy = (): Json & { question: Json; answer: Json; evaluatedAt: Json[] } => structuredClone(RECEIPT) as never;

function fault(document: unknown, expected?: string): string {
  try {
    verifyReceipt(document, expected);
  } catch (error) {
    assert.ok(error instanceof ReceiptError, String(error));
    return error.fault;
  }
  return "none";
}

describe("a receipt", () => {
  it("is verified as it was signed", () => {
    assert.deepEqual(verifyReceipt(copy()), RECEIPT);
    assert.deepEqual(verifyReceipt(copy(), KEY.address.toLowerCase()), RECEIPT);
  });

  /** Every value, by its path. */
  const paths = (value: unknown, path: string[] = []): string[][] =>
    typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => paths(inner, [...path, key]))
      : [path];
  const set = (path: readonly string[], change: (value: unknown) => unknown): unknown => {
    const document = copy();
    let at: Json = document;
    for (const key of path.slice(0, -1)) at = at[key] as Json;
    const last = path.at(-1) as string;
    at[last] = change(at[last]);
    return document;
  };
  const altered = (value: unknown): unknown => {
    if (typeof value === "boolean") return !value;
    const text = String(value);
    // One letter case, so that no checksum gives it away.
    if (/^0x[0-9a-fA-F]{40}$/.test(text)) return `${text.slice(0, -1)}${text.endsWith("1") ? "2" : "1"}`.toLowerCase();
    if (/^[0-9]+$/.test(text)) return String(BigInt(text) + 1n);
    return text === "" ? "x" : `${text.slice(0, -1)}${text.endsWith("1") ? "2" : "1"}`;
  };
  for (const path of paths(RECEIPT))
    it(`is none with another ${path.join(".")}`, () => {
      assert.match(fault(set(path, altered)), /^(?:BAD_SIGNATURE|NOT_A_RECEIPT)$/);
      assert.equal(fault(set(path, () => undefined)), "NOT_A_RECEIPT");
      assert.equal(fault(set(path, () => null)), "NOT_A_RECEIPT");
      assert.equal(fault(set(path, () => 7)), "NOT_A_RECEIPT");
    });

  for (const [what, forge] of [
    [
      "a decision that allows",
      (r: ReturnType<typeof copy>) => ({ ...r, answer: { ...r.answer, decision: "ALLOWED" } }),
    ],
    ["question and answer exchanged", (r) => ({ ...r, question: r.answer, answer: r.question })],
    ["its chains in another order", (r) => ({ ...r, evaluatedAt: r.evaluatedAt.toReversed() })],
    ["a chain fewer", (r) => ({ ...r, evaluatedAt: r.evaluatedAt.slice(1) })],
    ["a chain twice", (r) => ({ ...r, evaluatedAt: [...r.evaluatedAt, r.evaluatedAt[0]] })],
    ["no chain", (r) => ({ ...r, evaluatedAt: [] })],
    ["more chains than there are", (r) => ({ ...r, evaluatedAt: Array(1_001).fill(r.evaluatedAt[0]) })],
    ["a field more", (r) => ({ ...r, note: "approved" })],
    ["a field more within", (r) => ({ ...r, answer: { ...r.answer, override: "ALLOWED" } })],
    [
      "a text moved to its neighbour",
      (r) => ({ ...r, answer: { ...r.answer, state: "", reason: "RETAINEDRECORD_KEEPING_ONLY" } }),
    ],
    ["a number with a zero before it", (r) => ({ ...r, answer: { ...r.answer, validUntil: "01900000000" } })],
    ["a number of 65 bits", (r) => ({ ...r, answer: { ...r.answer, validUntil: (2n ** 64n).toString() } })],
    ["a number below zero", (r) => ({ ...r, answer: { ...r.answer, validUntil: "-1" } })],
    ["a purpose of 17 bits", (r) => ({ ...r, answer: { ...r.answer, purpose: "65537" } })],
    ["an id in capitals", (r) => ({ ...r, question: { ...r.question, credential: `0x${"C1".repeat(32)}` } })],
    ["the signer another", (r) => ({ ...r, signer: OTHER.address })],
    ["the signer nobody", (r) => ({ ...r, signer: `0x${"00".repeat(20)}` })],
    ["no signature", (r) => ({ ...r, signature: "0x" })],
    ["a signature of zeros", (r) => ({ ...r, signature: `0x${"00".repeat(64)}1b` })],
    [
      "the other v",
      (r) => ({ ...r, signature: String(r["signature"]).replace(/..$/, (v) => (v === "1b" ? "1c" : "1b")) }),
    ],
    [
      "v counted from 0",
      (r) => ({ ...r, signature: String(r["signature"]).replace(/..$/, (v) => (v === "1b" ? "00" : "01")) }),
    ],
    ["the other half of s", (r) => ({ ...r, signature: otherHalf(String(r["signature"])) })],
    ["a signature in capitals", (r) => ({ ...r, signature: `0x${String(r["signature"]).slice(2).toUpperCase()}` })],
    ["a byte after the signature", (r) => ({ ...r, signature: `${r["signature"]}00` })],
    ["another's signature over the same", (r) => ({ ...r, signature: OTHER.sign(CHECK).signature })],
    ["a signature over another check", (r) => ({ ...r, signature: KEY.sign({ ...CHECK, evaluatedAt: [] }).signature })],
    [
      "a signature over the digest as a message",
      (r) => ({ ...r, signature: new SigningKey(`0x${"00".repeat(31)}07`).sign(`0x${"11".repeat(32)}`).serialized }),
    ],
    ["a list", (r) => [r]],
    ["a text", (r) => JSON.stringify(r)],
    ["nothing", () => null],
    ["an empty object", () => ({})],
  ] as readonly (readonly [string, (receipt: ReturnType<typeof copy>) => unknown])[])
    it(`is none: ${what}`, () => {
      assert.match(fault(forge(copy())), /^(?:BAD_SIGNATURE|NOT_A_RECEIPT)$/);
    });

  /** With s below half of the order, n - s and the other v recover the same key. */
  function otherHalf(signature: string): string {
    const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const s = ORDER - BigInt(`0x${signature.slice(66, 130)}`);
    return `${signature.slice(0, 66)}${s.toString(16).padStart(64, "0")}${signature.endsWith("1b") ? "1c" : "1b"}`;
  }

  it("of another key is none of the one that is expected", () => {
    const forged = OTHER.sign({ ...CHECK, answer: { ...CHECK.answer, decision: "ALLOWED" } });
    assert.equal(fault(forged), "none");
    assert.equal(fault(forged, KEY.address), "OTHER_SIGNER");
    assert.equal(fault({ ...forged, signer: KEY.address }, KEY.address), "BAD_SIGNATURE");
  });

  it("differs in its digest wherever it differs", () => {
    const digests = new Set([digestOf(CHECK)]);
    const all = paths(CHECK);
    for (const path of all) {
      const { signer: _s, signature: _t, ...document } = set(path, altered) as typeof RECEIPT;
      digests.add(digestOf(document));
    }
    assert.equal(digests.size, all.length + 1);
  });
});

describe("the text of a receipt", () => {
  const text = JSON.stringify(RECEIPT);
  const refused = (json: string): string => {
    try {
      return fault(parseReceipt(json));
    } catch (error) {
      assert.ok(error instanceof ReceiptError);
      return error.fault;
    }
  };

  it("may be laid out and escaped as anybody likes", () => {
    const escaped = text.replaceAll(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
    assert.notEqual(escaped, text);
    for (const json of [text, JSON.stringify(RECEIPT, null, 4), `\n${escaped}\r\n`])
      assert.deepEqual(verifyReceipt(parseReceipt(json)), RECEIPT);
  });

  for (const [what, forged] of [
    ["a name twice", text.replace('"decision":', '"decision":"ALLOWED","decision":')],
    ["a name twice, once escaped", text.replace('"decision":', '"\\u0064ecision":"ALLOWED","decision":')],
    ["a part twice", text.replace('"answer":', '"answer":{"decision":"ALLOWED"},"answer":')],
    ["a prototype", text.replace('{"question":', '{"__proto__":{"decision":"ALLOWED"},"question":')],
    ["a prototype within", text.replace('"answer":{', '"answer":{"__proto__":{},')],
    ["half of it", text.slice(0, -20)],
    ["a second one after it", `${text}${text}`],
    ["nothing", ""],
    ["deep lists", `${"[".repeat(50_000)}${"]".repeat(50_000)}`],
  ] as const)
    it(`is refused: ${what}`, () => {
      assert.notEqual(refused(forged), "none");
    });

  it("with any byte altered is none", () => {
    checked(
      fc.property(fc.nat({ max: text.length - 1 }), fc.integer({ min: 1, max: 127 }), (place, flip) => {
        const forged = `${text.slice(0, place)}${String.fromCharCode((text.charCodeAt(place) ^ flip) & 0xffff)}${text.slice(place + 1)}`;
        // The checksum of an address may be lost, and the address with it no other one.
        const same = forged.toLowerCase() === text.toLowerCase() && /^[a-fA-F]$/.test(text.charAt(place));
        assert.ok(refused(forged) !== "none" || same, forged);
      }),
      400,
    );
  });
});

describe("npm run verify-receipt", () => {
  const folder = mkdtempSync(join(tmpdir(), "grantledger-test-receipts-"));
  after(() => rmSync(folder, { recursive: true }));
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const CLI = join(root, "indexer/receipts/verifyCli.ts");
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const run = (...args: string[]): { code: number; text: string } => {
    try {
      return {
        code: 0,
        text: execFileSync(process.execPath, [CLI, ...args], { encoding: "utf8", stdio: "pipe", timeout: 60_000 }),
      };
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: string };
      return { code: status, text: stderr };
    }
  };

  it("says what is proven and what is not", () => {
    const good = file("good.json", JSON.stringify(RECEIPT, null, 2));
    const { code, text } = run(good);
    assert.equal(code, 0, text);
    assert.match(text, /DENIED, RECORD_KEEPING_ONLY/);
    assert.match(text, /Not shown: whose key/);
    assert.doesNotMatch(run(good, "--signer", KEY.address).text, /whose key/);
  });

  it("refuses a forgery with 1, and what it does not understand with 2", () => {
    const bad = file("bad.json", JSON.stringify({ ...RECEIPT, signer: OTHER.address }));
    assert.deepEqual(
      [run(bad).code, run(file("good.json", JSON.stringify(RECEIPT)), "--signer", OTHER.address).code],
      [1, 1],
    );
    assert.match(run(bad).text, /REFUSED BAD_SIGNATURE/);
    assert.deepEqual([run().code, run(join(folder, "absent.json")).code, run(bad, "--signer", "me").code], [2, 2, 2]);
  });

  it("paints nothing on a terminal that a signer made up", () => {
    const forged = OTHER.sign({ ...CHECK, answer: { ...CHECK.answer, explanation: "fine\u001b[2J\nVERIFIED" } });
    const { text } = run(file("painted.json", JSON.stringify(forged)));
    assert.ok(!text.includes("\u001b"));
    assert.equal(text.match(/^VERIFIED/gm)?.length, 1);
  });

  it("rests on nothing of the server", () => {
    const seen = new Set<string>();
    const visit = (path: string): void => {
      if (seen.has(path)) return;
      seen.add(path);
      for (const [, imported = ""] of readFileSync(path, "utf8").matchAll(/from "(\.[^"]+)"/g))
        visit(join(path, "..", imported));
    };
    visit(CLI);
    assert.deepEqual(
      [...seen].filter((path) => !path.includes("/indexer/receipts/")),
      [],
    );
    assert.equal(seen.size, 4);
  });
});
