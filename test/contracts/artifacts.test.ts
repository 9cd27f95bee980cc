/** What is committed about the bytes: the frozen artifacts, the generated types' code, and the resulting addresses. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dataLength, keccak256 } from "ethers";
import hre from "hardhat";
import { before, describe, it } from "mocha";
import {
  accessGrantsArtifact,
  accessManagerArtifact,
  credentialRegistryArtifact,
  entityRegistryArtifact,
  runtimeCodeOf,
} from "../../deploy/artifact.ts";
import { frozenFiles } from "../../deploy/freeze.ts";
import { governedBy } from "../../deploy/governance.ts";
import { planSuite } from "../../deploy/suite.ts";
import { AccessGrants__factory } from "../../typechain-types/factories/AccessGrants__factory.ts";
import { CredentialRegistry__factory } from "../../typechain-types/factories/CredentialRegistry__factory.ts";
import { EntityRegistry__factory } from "../../typechain-types/factories/EntityRegistry__factory.ts";
import { EXAMPLE_ADMIN } from "./anvils.ts";
import { assertSnapshot } from "./snapshots.ts";

/** EIP-170 and EIP-3860: no chain takes more runtime code, or more init code. */
const MOST_RUNTIME_BYTES = 24_576;
const MOST_INIT_BYTES = 49_152;

describe("artifacts", () => {
  const artifacts = [accessManagerArtifact, entityRegistryArtifact, credentialRegistryArtifact, accessGrantsArtifact];
  const suite = planSuite(governedBy(EXAMPLE_ADMIN));

  before(async () => {
    const harness = fileURLToPath(new URL("./GrantRecordHarness.sol", import.meta.url));
    await hre.solidity.build([harness], { scope: "tests", quiet: true });
  });

  it("the frozen artifacts are what the sources compile to", async () => {
    for (const { file, expected } of await frozenFiles()) {
      const committed = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
      assert.ok(committed === expected, `${file} is out of date: run hardhat build && node deploy/freeze.ts`);
    }
  }).timeout(120_000);

  it("typechain-types holds the same code", () => {
    assert.equal(AccessGrants__factory.bytecode, accessGrantsArtifact.creationCode);
    assert.equal(CredentialRegistry__factory.bytecode, credentialRegistryArtifact.creationCode);
    assert.equal(EntityRegistry__factory.bytecode, entityRegistryArtifact.creationCode);
  });

  it("sizes and code are what was committed in snapshots/bytecode.json", () => {
    const snapshot: Record<string, number | string> = {};
    for (const { contractName, creationCode, runtimeCode } of artifacts) {
      assert.ok(dataLength(runtimeCode) <= MOST_RUNTIME_BYTES, contractName);
      assert.ok(dataLength(creationCode) + 32 <= MOST_INIT_BYTES, contractName);
      snapshot[`${contractName} runtimeBytes`] = dataLength(runtimeCode);
      snapshot[`${contractName} creationCodeHash`] = keccak256(creationCode);
    }
    assertSnapshot("bytecode", snapshot);
  });

  it("init codes and addresses for the example admin are what was committed in snapshots/addresses.json", () => {
    const snapshot: Record<string, string> = { admin: EXAMPLE_ADMIN };
    for (const { name, address, initCodeHash } of suite.contracts) {
      snapshot[`${name} address`] = address;
      snapshot[`${name} initCodeHash`] = initCodeHash;
    }
    assertSnapshot("addresses", snapshot);
  });

  it("another admin gives other addresses, another guardian does not", () => {
    const stranger = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    const addressesOf = (governance: Parameters<typeof planSuite>[0]) =>
      planSuite(governance).contracts.map(({ address }) => address);
    const ours = addressesOf(governedBy(EXAMPLE_ADMIN));
    assert.deepEqual(addressesOf({ ...governedBy(EXAMPLE_ADMIN), guardian: stranger }), ours);
    const theirs = new Set(addressesOf(governedBy(stranger)));
    assert.ok(ours.every((address) => !theirs.has(address)));
  });

  it("immutable variables are put where the compiler says, and only as many as there are", () => {
    const word = `0x${"ab".repeat(32)}`;
    const code = runtimeCodeOf(credentialRegistryArtifact, [word]);
    assert.equal(dataLength(code), dataLength(credentialRegistryArtifact.runtimeCode));
    const [places = []] = credentialRegistryArtifact.immutables;
    assert.ok(places.length > 0);
    for (const start of places) assert.equal(code.slice(2 + 2 * start, 66 + 2 * start), "ab".repeat(32));
    assert.throws(() => runtimeCodeOf(credentialRegistryArtifact, []), /has 1 immutable variables, got 0/);
    assert.throws(() => runtimeCodeOf(credentialRegistryArtifact, ["0xab"]), /expected 32 bytes/);
  });
});
