import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  decodeAccessKey,
  decodeChainKey,
  decodeCredentialKey,
  decodeEntityKey,
  decodeEventCursor,
  decodeEventId,
  decodeGrantKey,
  encodeAccessKey,
  encodeChainKey,
  encodeCredentialKey,
  encodeEntityKey,
  encodeEventCursor,
  encodeEventId,
  encodeGrantKey,
  kindOf,
} from "../../indexer/api/key.ts";
import { toAddress, toCredentialRef } from "../../indexer/grants/bytes.ts";
import { checked } from "../support/property.ts";

const int63 = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const grantKey = fc.record({
  credential: bytes(32).map(toCredentialRef),
  grantee: bytes(20).map(toAddress),
  purpose: fc.integer({ min: 0, max: 0xffff }),
  chainId: int63,
  contract: bytes(20).map(toAddress),
});

const plain = (key: { credential: Uint8Array; grantee: Uint8Array; contract: Uint8Array } | undefined) =>
  key && {
    ...key,
    credential: Buffer.from(key.credential),
    grantee: Buffer.from(key.grantee),
    contract: Buffer.from(key.contract),
  };

const decoders: readonly ((text: string) => unknown)[] = [
  (text) => decodeGrantKey("grantId", text),
  (text) => decodeGrantKey("grantCursor", text),
  decodeEventId,
  decodeEventCursor,
  decodeChainKey,
  (text) => decodeCredentialKey("credentialId", text),
  (text) => decodeCredentialKey("credentialCursor", text),
  (text) => decodeEntityKey("entityId", text),
  (text) => decodeEntityKey("entityCursor", text),
  (text) => decodeAccessKey("readerCursor", text),
  (text) => decodeAccessKey("readableCursor", text),
];

describe("ids and cursors", () => {
  it("come back as what they were made from", () => {
    checked(
      fc.property(grantKey, int63, int63, int63, (key, chainId, seq, blockTime) => {
        for (const kind of ["grantId", "grantCursor"] as const)
          assert.deepEqual(plain(decodeGrantKey(kind, encodeGrantKey(kind, key))), plain(key));
        const { credential, grantee: account, contract } = key;
        const buffers = (of: object | undefined) =>
          of &&
          Object.fromEntries(
            Object.entries(of).map(([name, v]) => [name, v instanceof Uint8Array ? Buffer.from(v) : v]),
          );
        for (const kind of ["credentialId", "credentialCursor"] as const) {
          const one = { credential, chainId, contract };
          assert.deepEqual(buffers(decodeCredentialKey(kind, encodeCredentialKey(kind, one))), buffers(one));
        }
        for (const kind of ["readerCursor", "readableCursor"] as const) {
          const one = { credential, grantee: account, purpose: key.purpose };
          assert.deepEqual(buffers(decodeAccessKey(kind, encodeAccessKey(kind, one))), buffers(one));
        }
        for (const kind of ["entityId", "entityCursor"] as const) {
          const one = { account, chainId, contract };
          assert.deepEqual(buffers(decodeEntityKey(kind, encodeEntityKey(kind, one))), buffers(one));
        }
        assert.deepEqual(decodeEventId(encodeEventId({ chainId, seq })), { chainId, seq });
        const position = { blockTime, chainId, seq };
        assert.deepEqual(decodeEventCursor(encodeEventCursor(position)), position);
        assert.equal(decodeChainKey(encodeChainKey(chainId)), chainId);
      }),
    );
  });

  it("are read as their own kind only", () => {
    checked(
      fc.property(grantKey, int63, (key, n) => {
        const texts = [
          encodeGrantKey("grantId", key),
          encodeGrantKey("grantCursor", key),
          encodeEventId({ chainId: n, seq: n }),
          encodeEventCursor({ blockTime: n, chainId: n, seq: n }),
          encodeChainKey(n),
          encodeCredentialKey("credentialId", key),
          encodeCredentialKey("credentialCursor", key),
          encodeEntityKey("entityId", { ...key, account: key.grantee }),
          encodeEntityKey("entityCursor", { ...key, account: key.grantee }),
        ];
        for (const [i, text] of texts.entries())
          for (const [j, decode] of decoders.entries()) assert.equal(decode(text) !== undefined, i === j, `${i} ${j}`);
      }),
    );
  });

  it("have one text each: no other text is read as the same key", () => {
    const cursor = encodeEventCursor({ blockTime: 1n, chainId: 2n, seq: 3n });
    // 26 bytes leave two bits of the last character unused.
    const last = cursor.charAt(cursor.length - 1);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const twin = cursor.slice(0, -1) + alphabet.charAt(alphabet.indexOf(last) + 1);
    assert.deepEqual(Buffer.from(twin, "base64url"), Buffer.from(cursor, "base64url"));
    for (const text of [
      twin,
      `${cursor}=`,
      `${cursor}\n`,
      ` ${cursor}`,
      cursor.replaceAll("A", "+"),
      `${cursor}AA`,
      cursor.slice(1),
    ])
      assert.equal(decodeEventCursor(text), undefined, text);
  });

  it("with a number beyond the database's range are not ours", () => {
    const bytesOf = Buffer.from(encodeChainKey(1n), "base64url");
    bytesOf[2] = 0x80;
    assert.equal(decodeChainKey(bytesOf.toString("base64url")), undefined);
  });

  it("of another version are not ours", () => {
    const bytesOf = Buffer.from(encodeChainKey(1n), "base64url");
    bytesOf[0] = 2;
    assert.equal(kindOf(bytesOf.toString("base64url")), undefined);
  });

  it("whatever the text, decoding answers", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.base64String(),
      fc.uint8Array({ maxLength: 100 }).map((raw) => Buffer.from(raw).toString("base64url")),
      // The right length and version, anything inside.
      fc
        .tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom(8, 16, 24, 48, 60, 82))
        .chain(([kind, length]) => bytes(length).map((raw) => Buffer.from([1, kind, ...raw]).toString("base64url"))),
    );
    checked(
      fc.property(text, (given) => {
        for (const decode of decoders) decode(given);
        kindOf(given);
      }),
      3000,
    );
  });
});
