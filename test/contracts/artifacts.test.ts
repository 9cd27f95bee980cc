/** What is committed about the bytes: the frozen artifacts, the generated types' code, and the resulting address. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { getAddress, keccak256 } from "ethers";
import hre from "hardhat";
import { before, describe, it } from "mocha";
import { accessGrantsArtifact, addressOf } from "../../deploy/artifact.ts";
import { frozenFiles } from "../../deploy/freeze.ts";
import { AccessGrants__factory } from "../../typechain-types/factories/AccessGrants__factory.ts";
import { assertSnapshot } from "./snapshots.ts";

/** EIP-170: no chain takes more runtime code. */
const MOST_BYTES = 24_576;

describe("artifacts", () => {
  before(async () => {
    const harness = fileURLToPath(new URL("./GrantRecordHarness.sol", import.meta.url));
    await hre.solidity.build([harness], { scope: "tests", quiet: true });
  });

  it("the frozen artifacts are what the sources compile to", () => {
    for (const { file, expected } of frozenFiles()) {
      const committed = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
      assert.ok(committed === expected, `${file} is out of date: run hardhat build && node deploy/freeze.ts`);
    }
  });

  it("typechain-types holds the same code", () => {
    assert.equal(AccessGrants__factory.bytecode, accessGrantsArtifact.initCode);
  });

  it("size, init code and address are what was committed in snapshots/bytecode.json", async () => {
    const connection = await hre.network.create();
    const [signer] = await connection.ethers.getSigners();
    assert.ok(signer !== undefined);
    const deployed = await new AccessGrants__factory(signer).deploy();
    const code = await connection.ethers.provider.getCode(await deployed.getAddress());
    assert.equal(keccak256(code), accessGrantsArtifact.runtimeCodeHash);
    const runtimeBytes = (code.length - 2) / 2;
    assert.ok(runtimeBytes <= MOST_BYTES);
    assertSnapshot("bytecode", {
      runtimeBytes,
      initCodeHash: accessGrantsArtifact.initCodeHash,
      address: getAddress(addressOf(accessGrantsArtifact)),
    });
    await connection.close();
  });
});
