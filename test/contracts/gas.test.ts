/** What every call costs, committed in `snapshots/gas.json`: a drift fails, and so does a call above its bound. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ContractTransactionResponse, id, ZeroAddress } from "ethers";
import hre from "hardhat";
import { before, describe, it } from "mocha";
import type { IAccessGrants } from "../../typechain-types/AccessGrants.ts";
import { AccessGrants__factory } from "../../typechain-types/factories/AccessGrants__factory.ts";
import { assertSnapshot } from "./snapshots.ts";

/** A fixed time, so that the bytes of every call, and with them its gas, are the same in every run. */
const START = Date.UTC(2030, 0, 1) / 1000;
const YEAR = 365 * 24 * 3600;
const PURPOSE = 1;

/** The most that a call may cost: whole transactions, and for views the cost to a contract that calls them, all cold. */
const BOUNDS: Record<string, number> = {
  "grant, new": 53_500,
  "grantBatch of 10 new, each": 34_000,
  revoke: 32_500,
  "stateOf, called by a contract": 6_500,
  "canRead, called by a contract": 6_500,
  "canReadRecords, called by a contract": 6_500,
};

async function deploy() {
  const connection = await hre.network.create({
    network: "default",
    override: { initialDate: new Date(START * 1000).toISOString() },
  });
  const [holder, grantee, issuer] = await connection.ethers.getSigners();
  assert.ok(holder !== undefined && grantee !== undefined && issuer !== undefined);
  const grants = await new AccessGrants__factory(holder).deploy(ZeroAddress);
  await grants.waitForDeployment();

  const request = (name: string): IAccessGrants.GrantRequestStruct => ({
    issuer: issuer.address,
    seal: id(name),
    grantee: grantee.address,
    purpose: PURPOSE,
    legalBasis: 3,
    notBefore: 0,
    expiresAt: START + YEAR,
    lockedUntil: START + 2 * YEAR,
    retention: 5 * YEAR,
    allowOnward: false,
    context: id(`context of ${name}`),
  });
  const ended = (name: string) => ({
    issuer: issuer.address,
    seal: id(name),
    purpose: PURPOSE,
    reason: 2,
  });
  const revoke = (name: string) => grants.revoke({ ...ended(name), grantee: grantee.address });
  const release = (name: string) => grants.connect(grantee).release({ ...ended(name), holder: holder.address });
  return { connection, grants, holder, grantee, issuer, request, revoke, release };
}

async function gasOf(sent: Promise<ContractTransactionResponse>): Promise<number> {
  const receipt = await (await sent).wait();
  assert.ok(receipt !== null);
  return Number(receipt.gasUsed);
}

/** The probe is compiled with the Solidity tests, which `hardhat test mocha` alone does not build. */
async function probeArtifact(): Promise<{ abi: string[]; bytecode: string }> {
  const source = fileURLToPath(new URL("./GasProbe.sol", import.meta.url));
  await hre.solidity.build([source], { scope: "tests", quiet: true });
  const folder = await hre.solidity.getArtifactsDirectory("tests");
  return JSON.parse(readFileSync(`${folder}/test/contracts/GasProbe.sol/GasProbe.json`, "utf8"));
}

describe("gas", () => {
  const used: Record<string, number> = {};

  before(async () => {
    const { connection, grants, holder, grantee, issuer, request, revoke, release } = await deploy();
    used["grant, new"] = await gasOf(grants.grant(request("a")));
    used["grant, extended"] = await gasOf(grants.grant({ ...request("a"), expiresAt: 0 }));
    used["revoke"] = await gasOf(revoke("a"));
    used["grant, new period while retained"] = await gasOf(grants.grant(request("a")));
    used["release"] = await gasOf(release("a"));
    used["grant, new period after the end"] = await gasOf(grants.grant(request("a")));
    const batch = Array.from({ length: 10 }, (_, i) => request(`batch ${i}`));
    used["grantBatch of 10 new, each"] = (await gasOf(grants.grantBatch(batch))) / 10;

    const { abi, bytecode } = await probeArtifact();
    const probe = await new connection.ethers.ContractFactory(abi, bytecode, holder).deploy(await grants.getAddress());
    const credential = await grants.credentialRefOf(holder.address, issuer.address, id("a"));
    const grantId = await grants.grantIdOf(credential, grantee.address, PURPOSE);
    const ask = async (view: string, ...args: unknown[]) => Number(await probe.getFunction(view).staticCall(...args));
    used["stateOf, called by a contract"] = await ask("stateOf", grantId);
    used["canRead, called by a contract"] = await ask("canRead", credential, grantee.address, PURPOSE);
    used["canReadRecords, called by a contract"] = await ask("canReadRecords", credential, grantee.address, PURPOSE);
  });

  it("is what was committed in snapshots/gas.json", () => assertSnapshot("gas", used));

  for (const [call, most] of Object.entries(BOUNDS))
    it(`${call}: at most ${most}`, () => assert.ok((used[call] ?? Infinity) <= most, `${call} costs ${used[call]}`));

  it("is the same whatever the history: after 300 grants of the same people as after none", async () => {
    const { grants, request, revoke, release } = await deploy();
    for (let i = 0; i < 10; i++)
      await (await grants.grantBatch(Array.from({ length: 30 }, (_, j) => request(`${i} ${j}`)))).wait();
    assert.equal(await gasOf(grants.grant(request("a"))), used["grant, new"]);
    assert.equal(await gasOf(grants.grant({ ...request("a"), expiresAt: 0 })), used["grant, extended"]);
    assert.equal(await gasOf(revoke("a")), used["revoke"]);
    assert.equal(await gasOf(grants.grant(request("a"))), used["grant, new period while retained"]);
    assert.equal(await gasOf(release("a")), used["release"]);
  });
});
