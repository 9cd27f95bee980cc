/** What every call costs, committed in `snapshots/gas.json`: a drift fails, and so does a call above its bound. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ContractTransactionResponse, id } from "ethers";
import hre from "hardhat";
import { before, describe, it } from "mocha";
import { assertSnapshot } from "./snapshots.ts";
import { deploySuite, type GrantRequest, signTyped } from "./suite.ts";

/** A fixed time, so that the bytes of every call, and with them its gas, are the same in every run. */
const START = Date.UTC(2030, 0, 1) / 1000;
const YEAR = 365 * 24 * 3600;
const PURPOSE = 1;

/** The most that a call may cost: whole transactions, and for views the cost to a contract that calls them, all cold. */
const BOUNDS: Record<string, number> = {
  "grant, new": 53_500,
  "grantBatch of 10 new, each": 34_000,
  "grantWithSig, new, by a key": 64_500,
  revoke: 32_500,
  "stateOf, called by a contract": 6_500,
  "canRead, called by a contract": 6_500,
  "canReadRecords, called by a contract": 6_600,
};

async function deploy() {
  const connection = await hre.network.create({
    network: "default",
    override: { initialDate: new Date(START * 1000).toISOString() },
  });
  const { addresses, accounts, grants } = await deploySuite(connection);
  const { holder, grantee, issuer, relying, court, relayer } = accounts;

  const request = (name: string): GrantRequest => ({
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
  const ended = (name: string) => ({ issuer: issuer.address, seal: id(name), purpose: PURPOSE, reason: 2 });
  const ending = (name: string) => ({ ...ended(name), grantee: grantee.address });
  const named = (name: string) => {
    const { reason: _, ...rest } = ending(name);
    return { ...rest, holder: holder.address };
  };
  const sign = (type: "Grant" | "Revoke" | "RevokeEverywhere", message: Record<string, string | number | boolean>) =>
    signTyped(holder, type, addresses.AccessGrants, connection.networkConfig.chainId ?? 31337, {
      holder: holder.address,
      ...message,
    });
  const deadline = START + YEAR;
  return {
    connection,
    ...accounts,
    grants,
    request,
    revoke: (name: string) => grants.revoke(ending(name)),
    release: (name: string) => grants.connect(grantee).release({ ...ended(name), holder: holder.address }),
    grantWithSig: async (name: string, sequence: number) =>
      grants
        .connect(relayer)
        .grantWithSig(
          holder.address,
          request(name),
          sequence,
          deadline,
          await sign("Grant", { ...request(name), sequence, deadline }),
        ),
    revokeWithSig: async (name: string, sequence: number) =>
      grants
        .connect(relayer)
        .revokeWithSig(
          holder.address,
          ending(name),
          sequence,
          deadline,
          await sign("Revoke", { ...ending(name), sequence, deadline }),
        ),
    revokeEverywhere: async (name: string, issuedAt: number) =>
      grants
        .connect(relayer)
        .revokeEverywhereWithSig(
          holder.address,
          ending(name),
          issuedAt,
          await sign("RevokeEverywhere", { ...ending(name), issuedAt }),
        ),
    cancel: (name: string) => {
      const { reason: _, ...rest } = ending(name);
      return grants.cancelSignatures(rest);
    },
    revokeBatch: (names: string[]) => grants.revokeBatch(names.map(ending)),
    hold: (name: string) =>
      grants.connect(court).hold({ ...named(name), until: START + 3 * YEAR, orderRef: id("order") }),
    lift: (name: string) => grants.connect(court).liftHold({ ...named(name), orderRef: id("order") }),
    onward: (name: string) =>
      grants.connect(grantee).grantOnward(holder.address, { ...request(name), grantee: relying.address }),
    revokeOnward: (name: string) =>
      grants.connect(grantee).revokeOnward(holder.address, { ...ended(name), grantee: relying.address }),
  };
}

async function gasOf(sent: ContractTransactionResponse | Promise<ContractTransactionResponse>): Promise<number> {
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
    const world = await deploy();
    const { connection, grants, holder, grantee, relying, issuer, request, revoke, release } = world;
    used["grant, new"] = await gasOf(grants.grant(request("a")));
    used["grant, extended"] = await gasOf(grants.grant({ ...request("a"), expiresAt: 0 }));
    used["revoke"] = await gasOf(revoke("a"));
    used["grant, new period while retained"] = await gasOf(grants.grant(request("a")));
    used["release"] = await gasOf(release("a"));
    used["grant, new period after the end"] = await gasOf(grants.grant(request("a")));
    const batch = Array.from({ length: 10 }, (_, i) => request(`batch ${i}`));
    used["grantBatch of 10 new, each"] = (await gasOf(grants.grantBatch(batch))) / 10;

    used["grantWithSig, new, by a key"] = await gasOf(await world.grantWithSig("b", 0));
    used["revokeWithSig, by a key"] = await gasOf(await world.revokeWithSig("b", 1));
    await gasOf(grants.grant(request("c")));
    const { timestamp } = (await connection.ethers.provider.getBlock("latest")) ?? assert.fail("no block");
    used["revokeEverywhereWithSig, by a key"] = await gasOf(await world.revokeEverywhere("c", timestamp));
    used["revokeEverywhereWithSig that does nothing"] = await gasOf(await world.revokeEverywhere("c", timestamp));
    used["revokeBatch of 10, each"] = (await gasOf(world.revokeBatch(batch.map((_, i) => `batch ${i}`)))) / 10;
    used["cancelSignatures"] = await gasOf(world.cancel("b"));
    used["cancelSignatures, before the first grant"] = await gasOf(world.cancel("d"));
    await gasOf(grants.grant({ ...request("e"), allowOnward: true }));
    used["grantOnward, new"] = await gasOf(world.onward("e"));
    used["hold, the first"] = await gasOf(world.hold("e"));
    used["revokeOnward"] = await gasOf(world.revokeOnward("e"));
    used["liftHold, the last"] = await gasOf(world.lift("e"));
    await gasOf(revoke("e"));
    used["grant, new period of one that was granted onward"] = await gasOf(grants.grant(request("e")));
    await gasOf(grants.grant({ ...request("f"), allowOnward: true }));
    await gasOf(world.onward("f"));
    await gasOf(world.hold("f"));
    await gasOf(grants.grant({ ...request("g"), allowOnward: true }));
    await gasOf(revoke("g"));
    used["grant, new period of one that could have been granted onward"] = await gasOf(grants.grant(request("g")));

    const { abi, bytecode } = await probeArtifact();
    const probe = await new connection.ethers.ContractFactory(abi, bytecode, holder).deploy(await grants.getAddress());
    const credential = await grants.credentialRefOf(holder.address, issuer.address, id("a"));
    const grantId = await grants.grantIdOf(credential, grantee.address, PURPOSE);
    const ask = async (view: string, ...args: unknown[]) => Number(await probe.getFunction(view).staticCall(...args));
    used["stateOf, called by a contract"] = await ask("stateOf", grantId);
    used["canRead, called by a contract"] = await ask("canRead", credential, grantee.address, PURPOSE);
    used["canReadRecords, called by a contract"] = await ask("canReadRecords", credential, grantee.address, PURPOSE);
    const shared = await grants.credentialRefOf(holder.address, issuer.address, id("f"));
    used["canRead of a held grant, called by a contract"] = await ask("canRead", shared, grantee.address, PURPOSE);
    used["canRead of one granted onward, called by a contract"] = await ask(
      "canRead",
      shared,
      relying.address,
      PURPOSE,
    );
  });

  it("is what was committed in snapshots/gas.json", () => assertSnapshot("gas", used));

  for (const [call, most] of Object.entries(BOUNDS))
    it(`${call}: at most ${most}`, () => assert.ok((used[call] ?? Infinity) <= most, `${call} costs ${used[call]}`));

  it("is the same whatever the history: after 1,000 grants of the same people as after none", async () => {
    const { grants, request, revoke, release } = await deploy();
    for (let i = 0; i < 25; i++)
      await (await grants.grantBatch(Array.from({ length: 40 }, (_, j) => request(`${i} ${j}`)))).wait();
    assert.equal(await gasOf(grants.grant(request("a"))), used["grant, new"]);
    assert.equal(await gasOf(grants.grant({ ...request("a"), expiresAt: 0 })), used["grant, extended"]);
    assert.equal(await gasOf(revoke("a")), used["revoke"]);
    assert.equal(await gasOf(grants.grant(request("a"))), used["grant, new period while retained"]);
    assert.equal(await gasOf(release("a")), used["release"]);
  });
});
