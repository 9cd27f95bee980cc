/** The governance that a deployment sets up: who may do what, after which delay, and what else a run can meet. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Contract, type InterfaceAbi, type JsonRpcSigner, ZeroAddress } from "ethers";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { accessManagerArtifact, entityRegistryArtifact } from "../../deploy/artifact.ts";
import { type DeployOptions, deploySuite } from "../../deploy/deploy.ts";
import { type Governance, governedBy, NO_DELAYS, ROLES } from "../../deploy/governance.ts";
import { differs, readGovernance } from "../../deploy/governanceState.ts";
import { SET_UP_GAS } from "../../deploy/preview.ts";
import { planSuite } from "../../deploy/suite.ts";
import { type Anvil, startAnvil, stop } from "./anvils.ts";

const CHAIN_ID = 71_021;
const DAY = 86_400;
const ENTITY = "0x00000000000000000000000000000000000000E1";
const DETAILS = { kinds: 1, jurisdiction: "0x4445", lei: `0x${"00".repeat(20)}`, name: "Example", uri: "" };

describe("governance of a deployment", () => {
  let anvil: Anvil;
  let directory: string;
  let snapshot: string;
  let admin: JsonRpcSigner;
  let guardian: JsonRpcSigner;
  let registrar: JsonRpcSigner;
  let suspender: JsonRpcSigner;
  let governance: Governance;

  before(async () => {
    anvil = await startAnvil(CHAIN_ID);
    [admin, guardian, registrar, suspender] = (await Promise.all(
      [0, 1, 2, 3].map((i) => anvil.provider.getSigner(i)),
    )) as [JsonRpcSigner, JsonRpcSigner, JsonRpcSigner, JsonRpcSigner];
    governance = {
      admin: admin.address,
      guardian: guardian.address,
      registrar: registrar.address,
      suspender: suspender.address,
      delays: { registrar: 2 * DAY, admin: 3 * DAY, grant: 4 * DAY, target: 5 * DAY },
    };
  });
  after(() => stop(anvil));
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "grantledger-governance-"));
    snapshot = await anvil.provider.send("evm_snapshot", []);
  });
  afterEach(async () => {
    rmSync(directory, { recursive: true });
    await anvil.provider.send("evm_revert", [snapshot]);
  });

  const deploy = (options: Partial<DeployOptions> = {}) =>
    deploySuite({ signer: admin, chainId: CHAIN_ID, directory, governance, ...options });
  const contracts = () => {
    const suite = planSuite(governance);
    const at = (address: string, artifact: { readonly abi: readonly unknown[] }) =>
      new Contract(address, artifact.abi as InterfaceAbi, anvil.provider);
    return {
      suite,
      manager: at(suite.accessManager.address, accessManagerArtifact),
      registry: at(suite.entityRegistry.address, entityRegistryArtifact),
    };
  };
  const as = (signer: JsonRpcSigner, contract: Contract, name: string, ...values: unknown[]) =>
    (contract.connect(signer) as Contract).getFunction(name).send(...values);
  const pass = async (time: number) => {
    await anvil.provider.send("evm_increaseTime", [time]);
    await anvil.provider.send("anvil_mine", ["0x1"]);
  };
  /** The error of a call, by its name. */
  const refused = async (call: Promise<unknown>, contract: Contract, error: string) =>
    await assert.rejects(call, (thrown: { data?: string }) => {
      assert.equal(contract.interface.parseError(thrown.data ?? "0x")?.name, error);
      return true;
    });
  const findings = async (expected = governance) => {
    const { suite } = contracts();
    const [manager, entityRegistry, credentialRegistry] = suite.contracts.map(({ address }) => address);
    assert.ok(manager !== undefined && entityRegistry !== undefined && credentialRegistry !== undefined);
    return await readGovernance(anvil.provider, { manager, entityRegistry, credentialRegistry }, expected);
  };

  it("lets the registrar register after its delay, and the suspender suspend at once", async () => {
    await deploy();
    const { manager, registry } = contracts();
    const call = registry.interface.encodeFunctionData("register", [ENTITY, DETAILS]);
    const target = await registry.getAddress();
    await refused(as(registrar, registry, "register", ENTITY, DETAILS), manager, "AccessManagerNotScheduled");
    await as(registrar, manager, "schedule", target, call, 0);
    await refused(as(registrar, manager, "execute", target, call), manager, "AccessManagerNotReady");
    await pass(2 * DAY);
    await as(registrar, manager, "execute", target, call);
    await as(suspender, registry, "suspend", ENTITY, 1);
    await refused(as(registrar, registry, "suspend", ENTITY, 1), registry, "AccessManagedUnauthorized");
    await refused(as(suspender, registry, "register", ENTITY, DETAILS), registry, "AccessManagedUnauthorized");
  });

  it("lets the guardian cancel what the registrar scheduled, and nobody else", async () => {
    await deploy();
    const { manager, registry } = contracts();
    const call = registry.interface.encodeFunctionData("withdraw", [ENTITY, 1]);
    const target = await registry.getAddress();
    await as(registrar, manager, "schedule", target, call, 0);
    const cancel = [registrar.address, target, call];
    await refused(as(suspender, manager, "cancel", ...cancel), manager, "AccessManagerUnauthorizedCancel");
    await as(guardian, manager, "cancel", ...cancel);
    await pass(2 * DAY);
    await refused(as(registrar, manager, "execute", target, call), manager, "AccessManagerNotScheduled");
  });

  it("binds the admin from the set-up on, and the longer delays after five days", async () => {
    await deploy();
    const { manager, registry } = contracts();
    await refused(
      as(admin, manager, "grantRole", ROLES.REGISTRAR, admin.address, 0),
      manager,
      "AccessManagerNotScheduled",
    );
    assert.deepEqual((await findings()).filter(differs), []);
    assert.equal(await manager.getFunction("getTargetAdminDelay")(registry), 0n);
    await pass(5 * DAY);
    assert.equal(await manager.getFunction("getTargetAdminDelay")(registry), BigInt(5 * DAY));
    assert.equal(await manager.getFunction("getRoleGrantDelay")(ROLES.REGISTRAR), BigInt(4 * DAY));
    assert.equal(await manager.getFunction("getRoleGrantDelay")(ROLES.ADMIN), BigInt(4 * DAY));
    assert.equal(await manager.getFunction("getRoleGrantDelay")(ROLES.SUSPENDER), 0n);
    assert.deepEqual((await findings()).filter(differs), []);
  });

  it("costs about what the dry run says", async () => {
    const { record } = await deploy();
    const hash = record.governance[0]?.setUp?.transactionHash;
    const receipt = await anvil.provider.getTransactionReceipt(hash ?? "");
    assert.ok(receipt !== null && receipt.gasUsed <= SET_UP_GAS && receipt.gasUsed > (SET_UP_GAS * 9n) / 10n);
  });

  it("leaves the set-up to an admin who is not the signer, and sees when it is done", async () => {
    const { provider } = anvil;
    const stranger = await provider.getSigner(5);
    const first = await deploy({ signer: stranger });
    assert.equal(first.sent, 4);
    assert.equal(first.record.governance[0]?.setUp, null);
    const { toExecute } = first;
    assert.deepEqual(toExecute, { from: admin.address, ...planSuite(governance).setUp });
    const waiting = await deploy({ signer: stranger });
    assert.equal(waiting.sent, 0);
    assert.deepEqual(waiting.toExecute, toExecute);

    const done = await admin.sendTransaction({ to: toExecute?.to ?? ZeroAddress, data: toExecute?.data ?? "0x" });
    await done.wait();
    await provider.send("anvil_mine", ["0x5"]);
    const last = await deploy({ signer: stranger });
    assert.equal(last.sent, 0);
    assert.equal(last.toExecute, undefined);
    const mined = await provider.getTransactionReceipt(done.hash);
    assert.deepEqual(last.record.governance[0]?.setUp, { transactionHash: done.hash, block: mined?.blockNumber });
  });

  it("does not undo what the governance decided since", async () => {
    await deploy();
    const { manager } = contracts();
    const target = await manager.getAddress();
    const call = manager.interface.encodeFunctionData("revokeRole", [ROLES.REGISTRAR, registrar.address]);
    await as(admin, manager, "schedule", target, call, 0);
    await pass(3 * DAY);
    await as(admin, manager, "execute", target, call);
    const sentBefore = await admin.getNonce();
    await assert.rejects(deploy(), (error: Error) => {
      assert.equal(error.name, "OperatorError");
      assert.match(error.message, new RegExp(`REGISTRAR ${registrar.address}: not a member, expected member, 2 d`));
      return true;
    });
    assert.equal(await admin.getNonce(), sentBefore);
  });

  it("sees each single thing that is not as planned", async () => {
    await deploy();
    const stranger = "0x00000000000000000000000000000000000000f1";
    const seen = async (expected: Governance) => (await findings(expected)).filter(differs).map(({ what }) => what);
    assert.deepEqual(await seen({ ...governance, guardian: stranger }), [`GUARDIAN ${stranger}`]);
    const delays = { ...governance.delays, admin: DAY, grant: DAY };
    assert.deepEqual(await seen({ ...governance, delays }), [
      `ADMIN ${admin.address}`,
      "ADMIN is granted after",
      "REGISTRAR is granted after",
    ]);
    assert.deepEqual(await seen({ ...governance, delays: { ...governance.delays, target: 0 } }), [
      "EntityRegistry as a target, least delay",
    ]);
  });

  it("has no delays on a local chain, where one account is everybody", async () => {
    governance = { ...governedBy(admin.address), delays: NO_DELAYS };
    await deploy();
    const { registry } = contracts();
    await as(admin, registry, "register", ENTITY, DETAILS);
    await as(admin, registry, "suspend", ENTITY, 1);
    assert.equal((await deploy()).sent, 0);
  });
});
