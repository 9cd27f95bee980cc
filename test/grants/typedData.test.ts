import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { TypedDataEncoder } from "ethers";
import { toAddress } from "../../indexer/grants/bytes.ts";
import { SIGNED_TYPES, typedData } from "../../indexer/grants/typedData.ts";

/** What wallets are asked to sign, against ethers' encoder, the contracts' sources and the architecture. */

const CONTRACT = toAddress(new Uint8Array(20).fill(0xcc));
const NAMES = Object.keys(SIGNED_TYPES) as (keyof typeof SIGNED_TYPES)[];

const messageOf = (name: (typeof NAMES)[number]): Record<string, string | boolean | bigint> =>
  Object.fromEntries(
    SIGNED_TYPES[name].encoded
      .slice(name.length + 1, -1)
      .split(",")
      .map((field, i) => {
        const [type = "", key = ""] = field.split(" ");
        const byte = (i + 1).toString(16).padStart(2, "0");
        const value =
          type === "bool"
            ? true
            : type.startsWith("uint")
              ? BigInt(i + 1)
              : `0x${byte.repeat(type === "address" ? 20 : 32)}`;
        return [key, value];
      }),
  );

for (const name of NAMES) {
  const { contract, portable, encoded } = SIGNED_TYPES[name];

  test(`${name} is hashed as the contract hashes it`, async () => {
    const folder = new URL("../../contracts/", import.meta.url);
    const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".sol"));
    const sources = await Promise.all(files.map((file) => readFile(new URL(file, folder), "utf8")));
    // Solidity joins pieces of text that stand side by side.
    const written = sources.filter((source) => source.replace(/"\s*"/g, "").includes(`"${encoded}"`));
    assert.equal(written.length, 1, "the same text in one of the sources");
    const architecture = await readFile(new URL("../../docs/ARCHITECTURE.md", import.meta.url), "utf8");
    assert.ok(architecture.includes(encoded), "the same text in docs/ARCHITECTURE.md");
  });

  test(`${name} is a request that wallets and ethers read alike`, () => {
    const request = typedData(name, CONTRACT, 42_161n, messageOf(name));
    assert.deepEqual(JSON.parse(JSON.stringify(request)), request, "nothing is lost in JSON");
    const { EIP712Domain: _domain, ...types } = request.types;
    const fields = Object.fromEntries(Object.entries(types).map(([type, list]) => [type, [...list]]));
    const encoder = TypedDataEncoder.from(fields);
    assert.equal(encoder.primaryType, name);
    assert.equal(encoder.encodeType(name), encoded);
    // The request's own type of the domain is the one that ethers works out from the domain's fields.
    const payload = TypedDataEncoder.getPayload(request.domain, fields, request.message);
    assert.deepEqual(payload.types.EIP712Domain, request.types["EIP712Domain"]);
    assert.equal(BigInt(payload.domain.chainId ?? 0), portable ? 0n : 42_161n);
    assert.deepEqual(payload.message, { ...request.message });
    assert.equal(request.domain.name, contract);
  });

  test(`${name} with a field missing, or one that is not signed, is refused`, () => {
    const message = messageOf(name);
    const { holder: _holder, ...without } = message;
    assert.throws(() => typedData(name, CONTRACT, 1n, without), /expected exactly the fields .*holder/);
    assert.throws(() => typedData(name, CONTRACT, 1n, { ...message, note: "x" }), /got .*note/);
  });
}
