import assert from "node:assert/strict";
import { test } from "node:test";
import { AbiCoder, getAddress, keccak256, solidityPackedKeccak256 } from "ethers";
import fc from "fast-check";
import { fromHex, toAddress, toCredentialRef, toHex, toSeal } from "../../indexer/grants/bytes.ts";
import { caip10, checksum, parseAddress, parseChainId } from "../../indexer/grants/caip.ts";
import { credentialRef, grantId, seal } from "../../indexer/grants/ids.ts";
import { checked } from "../support/property.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const coder = AbiCoder.defaultAbiCoder();

test("a credential reference is keccak256(abi.encode(holder, issuer, seal))", () => {
  checked(
    fc.property(bytes(20), bytes(20), bytes(32), (holder, issuer, content) => {
      const expected = keccak256(
        coder.encode(["address", "address", "bytes32"], [toHex(holder), toHex(issuer), toHex(content)]),
      );
      assert.equal(toHex(credentialRef(toAddress(holder), toAddress(issuer), toSeal(content))), expected);
    }),
  );
});

test("a grant id is keccak256(abi.encode(credential, grantee, purpose))", () => {
  checked(
    fc.property(bytes(32), bytes(20), fc.integer({ min: 0, max: 0xffff }), (credential, grantee, purpose) => {
      const expected = keccak256(
        coder.encode(["bytes32", "address", "uint16"], [toHex(credential), toHex(grantee), purpose]),
      );
      assert.equal(toHex(grantId(toCredentialRef(credential), toAddress(grantee), purpose)), expected);
    }),
  );
});

test("a seal is keccak256(salt, content hash)", () => {
  checked(
    fc.property(bytes(32), bytes(32), (salt, content) => {
      const expected = solidityPackedKeccak256(["bytes32", "bytes32"], [toHex(salt), toHex(content)]);
      assert.equal(toHex(seal(salt, content)), expected);
    }),
  );
  assert.throws(() => seal(new Uint8Array(31), new Uint8Array(32)), /salt: expected 32 bytes, got 31/);
});

test("a purpose that does not fit 16 bits is no grant id", () => {
  const [credential, grantee] = [toCredentialRef(new Uint8Array(32)), toAddress(new Uint8Array(20))];
  for (const purpose of [-1, 65_536, 1.5, Number.NaN])
    assert.throws(() => grantId(credential, grantee, purpose), /16 bit/);
});

test("addresses show with their EIP-55 checksum and are read back to the same bytes", () => {
  checked(
    fc.property(bytes(20), (raw) => {
      const address = toAddress(raw);
      assert.equal(checksum(address), getAddress(toHex(raw)));
      assert.deepEqual(parseAddress(checksum(address)), new Uint8Array(raw));
      assert.deepEqual(parseAddress(toHex(address)), new Uint8Array(raw));
    }),
  );
});

test("a mistyped address is told from a right one", () => {
  const right = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
  assert.doesNotThrow(() => parseAddress(right));
  assert.throws(() => parseAddress(right.replace("A", "a")), /checksum/);
  for (const wrong of ["", "0x", right.slice(0, -1), `${right}0`, right.slice(2), "0xzz"])
    assert.throws(() => parseAddress(wrong), /expected 0x and 40 hex digits/);
});

test("chains and accounts have their CAIP forms", () => {
  assert.equal(parseChainId("eip155:42161"), 42161n);
  assert.equal(parseChainId("42161"), 42161n);
  assert.equal(parseChainId("9223372036854775807"), 2n ** 63n - 1n);
  for (const wrong of ["", "0", "01", "-1", "solana:1", "eip155:", "9223372036854775808", "1e3"])
    assert.throws(() => parseChainId(wrong), /expected a chain/);
  const account = toAddress(fromHex("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"));
  assert.equal(caip10(42161n, account), "eip155:42161:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
});
