/** Deployment to real nodes: two Anvil chains, and simulated ones of Hardhat. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BrowserProvider, JsonRpcProvider, JsonRpcSigner, type TransactionRequest } from "ethers";
import hre from "hardhat";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { DETERMINISTIC_DEPLOYER, deployerCallData, SALT } from "../../deploy/artifact.ts";
import { type DeployOptions, deploySuite } from "../../deploy/deploy.ts";
import { governedBy } from "../../deploy/governance.ts";
import { deploymentPath, readDeployment, writeDeployment } from "../../deploy/record.ts";
import { planSuite } from "../../deploy/suite.ts";
import { OperatorError, RetryableError } from "../../indexer/ops/errors.ts";
import { type Anvil, EXAMPLE_ADMIN, startAnvil, stop } from "./anvils.ts";

const suite = planSuite(governedBy(EXAMPLE_ADMIN));
const ADDRESSES = suite.contracts.map(({ address }) => address);
/** Creations and the set-up. */
const TRANSACTIONS = suite.contracts.length + 1;

/** Dies like a process that is killed: before its n-th transaction, or when that was sent and before anybody knew. */
class DyingSigner extends JsonRpcSigner {
  #left: number;
  readonly #sends: boolean;

  constructor({ provider, address }: JsonRpcSigner, n: number, sends: boolean) {
    super(provider, address);
    this.#left = n;
    this.#sends = sends;
  }

  override async sendTransaction(transaction: TransactionRequest) {
    this.#left -= 1;
    if (this.#left > 0) return await super.sendTransaction(transaction);
    if (this.#sends) await super.sendTransaction(transaction);
    throw new Error("killed");
  }
}

describe("deployment", () => {
  const chains: Anvil[] = [];
  const snapshots: string[] = [];
  let directory: string;

  before(async () => {
    for (const chainId of [71_001, 71_002]) chains.push(await startAnvil(chainId));
  });

  after(async () => {
    for (const chain of chains) await stop(chain);
  });

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "grantledger-deploy-"));
    snapshots.length = 0;
    for (const { provider } of chains) snapshots.push(await provider.send("evm_snapshot", []));
  });

  afterEach(async () => {
    rmSync(directory, { recursive: true });
    for (const [i, { provider }] of chains.entries()) await provider.send("evm_revert", [snapshots[i]]);
  });

  const chain = (i = 0): Anvil => {
    const found = chains[i];
    assert.ok(found !== undefined);
    return found;
  };
  const deploy = (i = 0, options: Partial<DeployOptions> = {}) =>
    deploySuite({ signer: chain(i).signer, chainId: 71_001 + i, directory, ...options });

  it("gives the same addresses on two chains, and a record each", async () => {
    for (const i of [0, 1]) {
      const { suite: deployed, record, path, sent, toExecute } = await deploy(i);
      assert.equal(sent, TRANSACTIONS);
      assert.equal(toExecute, undefined);
      assert.deepEqual(
        deployed.contracts.map(({ address }) => address),
        ADDRESSES,
      );
      assert.equal(path, join(directory, `${71_001 + i}.json`));
      assert.deepEqual(readDeployment(path), record);
      assert.equal(record.contracts.length, suite.contracts.length);
      for (const [at, planned] of suite.contracts.entries()) {
        const contract = record.contracts[at];
        assert.ok(contract?.transactionHash != null);
        const receipt = await chain(i).provider.getTransactionReceipt(contract.transactionHash);
        assert.deepEqual(contract, {
          name: planned.name,
          address: planned.address,
          deployer: DETERMINISTIC_DEPLOYER,
          salt: SALT,
          block: receipt?.blockNumber,
          blockHash: receipt?.blockHash,
          transactionHash: receipt?.hash,
          constructorArguments: planned.constructorArguments,
          initCodeHash: planned.initCodeHash,
          runtimeCodeHash: planned.runtimeCodeHash,
          abiHash: planned.abiHash,
        });
      }
      const head = await chain(i).provider.getBlock("latest");
      assert.deepEqual(record.governance, [
        {
          manager: suite.accessManager.address,
          ...governedBy(EXAMPLE_ADMIN),
          setUp: { transactionHash: head?.transactions[0], block: head?.number },
        },
      ]);
    }
  });

  it("gives them on simulated chains of Hardhat too, one of them an OP chain", async () => {
    for (const [i, chainType] of (["l1", "op", "generic"] as const).entries()) {
      const chainId = 71_010 + i;
      const connection = await hre.network.create({ network: "default", chainType, override: { chainId } });
      const { provider: raw } = connection;
      // The code that is at its address on the real chains.
      const code = await chain().provider.getCode(DETERMINISTIC_DEPLOYER);
      await raw.request({ method: "hardhat_setCode", params: [DETERMINISTIC_DEPLOYER, code] });
      const provider = new BrowserProvider(raw, chainId, { cacheTimeout: -1 });
      const signer = await provider.getSigner(EXAMPLE_ADMIN);
      const { record, sent } = await deploySuite({ signer, chainId, directory });
      assert.equal(sent, TRANSACTIONS);
      assert.deepEqual(
        record.contracts.map(({ address }) => address),
        ADDRESSES,
      );
      provider.destroy();
      await connection.close();
    }
  });

  it("is not misled by the cache of a provider that was asked before", async () => {
    const { provider, signer } = chain();
    const caching = new JsonRpcProvider(provider._getConnection().url, 71_001, {
      staticNetwork: true,
      cacheTimeout: 60_000,
    });
    const { sent } = await deploy(0, { signer: new JsonRpcSigner(caching, await signer.getAddress()) });
    caching.destroy();
    assert.equal(sent, TRANSACTIONS);
  });

  it("sends nothing the second time, and leaves the record as it is", async () => {
    const first = await deploy();
    const sentBefore = await chain().signer.getNonce();
    const bytes = readFileSync(first.path, "utf8");
    const second = await deploy();
    assert.equal(second.sent, 0);
    assert.deepEqual(second.record, first.record);
    assert.equal(readFileSync(first.path, "utf8"), bytes);
    assert.equal(await chain().signer.getNonce(), sentBefore);
  });

  it("goes on where it was killed, before or after any transaction, to the same record", async () => {
    const { provider, signer } = chain();
    // What is compared holds no times: only the chain's own hashes would differ.
    const shape = (path: string) => readFileSync(path, "utf8").replace(/"(blockHash|transactionHash)": "0x\w+"/g, "$1");
    const whole = shape((await deploy()).path);
    for (let n = 1; n <= TRANSACTIONS; n++)
      for (const sends of [false, true]) {
        await provider.send("evm_revert", [snapshots[0]]);
        snapshots[0] = await provider.send("evm_snapshot", []);
        rmSync(directory, { recursive: true });
        await assert.rejects(deploy(0, { signer: new DyingSigner(signer, n, sends) }), /killed/);
        const again = await deploy();
        assert.equal(again.sent, TRANSACTIONS - n + (sends ? 0 : 1), `killed at ${n}`);
        assert.equal(shape(again.path), whole, `killed at ${n}`);
        for (const { block, blockHash, transactionHash } of again.record.contracts) {
          const receipt = await provider.getTransactionReceipt(transactionHash ?? "");
          assert.deepEqual([receipt?.blockNumber, receipt?.blockHash], [block, blockHash]);
        }
      }
  }).timeout(60_000);

  it("finds the block of a contract that somebody else deployed", async () => {
    const { provider, signer } = chain();
    await provider.send("anvil_mine", ["0x9"]);
    const theirs = await signer.sendTransaction({
      to: DETERMINISTIC_DEPLOYER,
      data: deployerCallData(suite.accessManager.initCode),
    });
    const receipt = await theirs.wait();
    await provider.send("anvil_mine", ["0x11"]);
    const { record, sent } = await deploy();
    assert.equal(sent, TRANSACTIONS - 1);
    assert.equal(record.contracts[0]?.block, receipt?.blockNumber);
    assert.equal(record.contracts[0]?.blockHash, receipt?.blockHash);
    assert.equal(record.contracts[0]?.transactionHash, theirs.hash);
  });

  it("says so where the node cannot tell the block, and does not guess", async () => {
    const { provider } = chain();
    await deploy();
    rmSync(directory, { recursive: true });
    const pruned = new (class extends JsonRpcProvider {
      override async getCode(address: string, block?: number | string): Promise<string> {
        if (typeof block === "number") throw new Error("missing trie node");
        return await provider.getCode(address);
      }
    })(provider._getConnection().url, 71_001, { staticNetwork: true, cacheTimeout: -1 });
    await provider.send("anvil_mine", ["0x2"]);
    const signer = new JsonRpcSigner(pruned, await chain().signer.getAddress());
    const { record } = await deploy(0, { signer });
    pruned.destroy();
    assert.equal(record.contracts[0]?.block, null);
    assert.match(record.contracts[0]?.unknown ?? "", /missing trie node/);
  });

  it("finds the block again where the record's is not on the chain any more", async () => {
    const { path, record } = await deploy();
    const [contract] = record.contracts;
    assert.ok(contract !== undefined);
    const elsewhere = { ...contract, blockHash: `0x${"12".repeat(32)}` };
    writeDeployment(path, { ...record, contracts: record.contracts.with(0, elsewhere) });
    const again = await deploy();
    assert.equal(again.sent, 0);
    assert.deepEqual(again.record, record);
  });

  it("keeps the record of another generation beside it", async () => {
    const path = deploymentPath(directory, 71_001);
    const { record } = await deploy();
    const [contract] = record.contracts;
    assert.ok(contract !== undefined);
    const [governance] = record.governance;
    assert.ok(governance !== undefined);
    const older = { ...contract, address: DETERMINISTIC_DEPLOYER };
    const olderGovernance = { ...governance, manager: DETERMINISTIC_DEPLOYER };
    writeDeployment(path, { chainId: 71_001, contracts: [older], governance: [olderGovernance] });
    const both = await deploy();
    assert.equal(both.sent, 0);
    assert.deepEqual(both.record.contracts, [older, ...record.contracts]);
    assert.deepEqual(both.record.governance, [olderGovernance, governance]);
  });

  it("refuses other code at the address, and sends nothing", async () => {
    const { provider, signer } = chain();
    // The last one: that the others could be deployed makes no difference.
    await provider.send("anvil_setCode", [suite.accessGrants.address, "0x6001"]);
    const sentBefore = await signer.getNonce();
    await assert.rejects(
      deploy(),
      (error) => error instanceof OperatorError && /other code is at 0x/.test(error.message),
    );
    assert.equal(await signer.getNonce(), sentBefore);
    assert.ok(!existsSync(deploymentPath(directory, 71_001)));
  });

  it("refuses a node on another chain", async () => {
    const wrong = deploy(0, { signer: chain(1).signer });
    await assert.rejects(wrong, { name: "OperatorError", message: /on chain 71002, expected 71001/ });
  });

  it("refuses other code in the place of the deterministic deployer", async () => {
    await chain().provider.send("anvil_setCode", [DETERMINISTIC_DEPLOYER, "0x6001"]);
    await assert.rejects(deploy(), { name: "OperatorError", message: /has other code than the deterministic/ });
  });

  it("says so where the chain does not know PUSH0", async () => {
    const hardfork = "merge";
    const connection = await hre.network.create({ network: "default", override: { chainId: 71_004, hardfork } });
    const code = await chain().provider.getCode(DETERMINISTIC_DEPLOYER);
    await connection.provider.request({ method: "hardhat_setCode", params: [DETERMINISTIC_DEPLOYER, code] });
    const provider = new BrowserProvider(connection.provider);
    const older = deploySuite({ signer: await provider.getSigner(), chainId: 71_004, directory });
    await assert.rejects(older, { name: "OperatorError", message: /does not know the instruction PUSH0/ });
    provider.destroy();
    await connection.close();
  });

  it("says what to do where the deterministic deployer is missing", async () => {
    const connection = await hre.network.create({ network: "default", override: { chainId: 71_003 } });
    const provider = new BrowserProvider(connection.provider);
    await connection.provider.request({ method: "hardhat_setCode", params: [DETERMINISTIC_DEPLOYER, "0x"] });
    const lacking = deploySuite({ signer: await provider.getSigner(), chainId: 71_003, directory });
    await assert.rejects(lacking, { name: "OperatorError", message: /no deterministic deployer at 0x4e59/ });
    provider.destroy();
    await connection.close();
  });

  it("waits for a bounded time, and can be run again", async () => {
    const { provider, signer } = chain();
    await provider.send("evm_setAutomine", [false]);
    const late = deploy(0, { timeoutMs: 300 });
    await assert.rejects(late, (error) => error instanceof RetryableError && /run it again/.test(error.message));
    // What is in the pool is waited for, not sent again.
    const before = await signer.getNonce("pending");
    await assert.rejects(deploy(0, { timeoutMs: 300 }), (error) => error instanceof RetryableError);
    assert.equal(await signer.getNonce("pending"), before);
    await provider.send("anvil_mine", ["0x1"]);
    await provider.send("evm_setAutomine", [true]);
    const again = await deploy();
    assert.equal(again.sent, TRANSACTIONS - 1);
  });

  it("says who has no funds", async () => {
    const { provider, signer } = chain();
    await provider.send("anvil_setBalance", [await signer.getAddress(), "0x0"]);
    await assert.rejects(deploy(), (error) => error instanceof OperatorError && /cannot pay/.test(error.message));
  });
});

describe("deployment record", () => {
  it("is refused with what is wrong and where", () => {
    const directory = mkdtempSync(join(tmpdir(), "grantledger-record-"));
    mkdirSync(directory, { recursive: true });
    const path = deploymentPath(directory, 1);
    const refused = (message: RegExp) => assert.throws(() => readDeployment(path), { name: "OperatorError", message });
    refused(/no deployment record at .*deploy to that chain first/);
    writeFileSync(path, "{");
    refused(/is not JSON/);
    const address = suite.accessGrants.address.toLowerCase();
    writeFileSync(path, JSON.stringify({ chainId: 0, contracts: [{ name: "AccessGrants", address }] }));
    refused(/chainId[\s\S]*EIP-55/);
    rmSync(directory, { recursive: true });
  });
});
