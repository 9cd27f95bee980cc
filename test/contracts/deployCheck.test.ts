/** `npm run deploy:check` finds every kind of difference between a record and its chain. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Contract, type InterfaceAbi, JsonRpcProvider } from "ethers";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { accessManagerArtifact, DETERMINISTIC_DEPLOYER } from "../../deploy/artifact.ts";
import { checkDeployment } from "../../deploy/check.ts";
import { deploySuite } from "../../deploy/deploy.ts";
import { FUNCTION_ROLES, governedBy, ROLES } from "../../deploy/governance.ts";
import { differs } from "../../deploy/governanceState.ts";
import type { Deployment } from "../../deploy/record.ts";
import { planSuite } from "../../deploy/suite.ts";
import { type Anvil, EXAMPLE_ADMIN, startAnvil, stop } from "./anvils.ts";

const CHAIN_ID = 71_031;
const STRANGER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

describe("check of a deployment", () => {
  const suite = planSuite(governedBy(EXAMPLE_ADMIN));
  let anvil: Anvil;
  let directory: string;
  let snapshot: string;
  let record: Deployment;
  let manager: Contract;

  before(async () => {
    anvil = await startAnvil(CHAIN_ID);
    manager = new Contract(suite.accessManager.address, accessManagerArtifact.abi as InterfaceAbi, anvil.signer);
    directory = mkdtempSync(join(tmpdir(), "grantledger-check-"));
    ({ record } = await deploySuite({ signer: anvil.signer, chainId: CHAIN_ID, directory }));
  });
  after(async () => {
    rmSync(directory, { recursive: true });
    await stop(anvil);
  });
  beforeEach(async () => {
    snapshot = await anvil.provider.send("evm_snapshot", []);
  });
  afterEach(async () => {
    await anvil.provider.send("evm_revert", [snapshot]);
  });

  /** What differs, each as "what: found". */
  async function differences(of: Deployment = record): Promise<string[]> {
    const { findings } = await checkDeployment(anvil.provider, of);
    return findings.filter(differs).map(({ what, found }) => `${what}: ${found}`);
  }
  const act = async (name: string, ...values: unknown[]) =>
    await (await manager.getFunction(name).send(...values)).wait();
  const registry = suite.entityRegistry.address;

  it("finds none after a deployment, and reads everything", async () => {
    const { findings, unread } = await checkDeployment(anvil.provider, record);
    assert.deepEqual(findings.filter(differs), []);
    assert.deepEqual(unread, []);
  });

  it("finds a change of the roles", async () => {
    await act("grantRole", ROLES.ADMIN, STRANGER, 0);
    const both = [EXAMPLE_ADMIN, STRANGER].sort().join(", ");
    assert.deepEqual(await differences(), [`members of ADMIN: ${both}`]);
    await act("revokeRole", ROLES.ADMIN, STRANGER);
    assert.deepEqual(await differences(), []);
    await act("revokeRole", ROLES.SUSPENDER, EXAMPLE_ADMIN);
    assert.deepEqual(await differences(), [`SUSPENDER ${EXAMPLE_ADMIN}: not a member`, "members of SUSPENDER: nobody"]);
  });

  it("finds members of a role that the deployment does not know", async () => {
    await act("grantRole", 7n, STRANGER, 0);
    assert.deepEqual(await differences(), [`members of role 7: ${STRANGER}`]);
  });

  it("finds other functions, guardians, admins of roles, and a closed register", async () => {
    const { selector = "0x" } = FUNCTION_ROLES.find(({ name }) => name === "suspend") ?? {};
    await act("setTargetFunctionRole", registry, [selector], ROLES.REGISTRAR);
    await act("setRoleGuardian", ROLES.REGISTRAR, ROLES.SUSPENDER);
    await act("setRoleAdmin", ROLES.GUARDIAN, ROLES.REGISTRAR);
    await act("setTargetClosed", registry, true);
    assert.deepEqual(await differences(), [
      "EntityRegistry closed: yes",
      "role of suspend: REGISTRAR",
      "admin of GUARDIAN: REGISTRAR",
      "guardian of REGISTRAR: SUSPENDER",
    ]);
  });

  it("finds another manager of the register", async () => {
    await act("updateAuthority", registry, DETERMINISTIC_DEPLOYER);
    assert.deepEqual(await differences(), [`EntityRegistry authority: ${DETERMINISTIC_DEPLOYER}`]);
  });

  it("finds delays that changed, and those that are going to", async () => {
    await act("setGrantDelay", ROLES.REGISTRAR, 3_600);
    await act("setTargetAdminDelay", registry, 7_200);
    assert.deepEqual(await differences(), [
      "REGISTRAR is granted after: 3600 s",
      "EntityRegistry as a target, least delay: 7200 s",
    ]);
    await act("grantRole", ROLES.REGISTRAR, EXAMPLE_ADMIN, 60);
    assert.ok((await differences()).includes(`REGISTRAR ${EXAMPLE_ADMIN}: member, 60 s`));
  });

  it("finds other code, none, and another chain", async () => {
    const { address } = suite.accessGrants;
    await anvil.provider.send("anvil_setCode", [address, "0x"]);
    assert.deepEqual(await differences(), ["AccessGrants code: no code"]);
    await anvil.provider.send("anvil_setCode", [suite.accessManager.address, "0x"]);
    assert.ok((await differences()).some((line) => line.endsWith(`no code at ${suite.accessManager.address}`)));
    assert.ok((await differences({ ...record, chainId: 5 })).includes(`chain id: ${CHAIN_ID}`));
  });

  it("finds a record of another block, transaction or address", async () => {
    const [first] = record.contracts;
    assert.ok(first !== undefined);
    const having = (change: Partial<typeof first>): Deployment => ({
      ...record,
      contracts: record.contracts.with(0, { ...first, ...change }),
    });
    const hash = `0x${"12".repeat(32)}`;
    assert.match((await differences(having({ blockHash: hash }))).join(), /^AccessManager block \d+: 0x/);
    assert.match((await differences(having({ transactionHash: hash }))).join(), /: no such transaction$/);
    assert.match((await differences(having({ salt: hash }))).join(), /^AccessManager address: 0x/);
  });

  it("says what it could not read, instead of calling it right", async () => {
    const { url } = anvil;
    const withoutLogs = new (class extends JsonRpcProvider {
      override async getLogs(): Promise<never> {
        throw new Error("range too wide");
      }
    })(url, CHAIN_ID, { staticNetwork: true, cacheTimeout: -1 });
    const { findings, unread } = await checkDeployment(withoutLogs, record);
    withoutLogs.destroy();
    assert.deepEqual(findings.filter(differs), []);
    assert.equal(unread.length, 1);
    assert.match(unread[0] ?? "", /^members of the roles of 0x\w+: the logs of blocks .*range too wide/);
  });
});
