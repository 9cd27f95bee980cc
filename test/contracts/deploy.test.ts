/** Deployment to real nodes: two Anvil chains, and one of Hardhat that has no deterministic deployer. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BrowserProvider, JsonRpcProvider, JsonRpcSigner } from "ethers";
import hre from "hardhat";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { accessGrantsArtifact, addressOf, DETERMINISTIC_DEPLOYER, SALT } from "../../deploy/artifact.ts";
import { deployerCallData } from "../../deploy/creation.ts";
import { deployAccessGrants } from "../../deploy/deploy.ts";
import { deploymentPath, readDeployment, writeDeployment } from "../../deploy/record.ts";
import { OperatorError, RetryableError } from "../../indexer/ops/errors.ts";

const ADDRESS = addressOf(accessGrantsArtifact);

interface Anvil {
  readonly process: ChildProcess;
  readonly provider: JsonRpcProvider;
  readonly signer: JsonRpcSigner;
}

async function startAnvil(chainId: number): Promise<Anvil> {
  const child = spawn("anvil", ["--port", "0", "--chain-id", `${chainId}`], { stdio: ["ignore", "pipe", "inherit"] });
  // A test that fails before it stops its chain leaves none behind.
  process.once("exit", () => child.kill());
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += chunk;
    const port = /Listening on 127\.0\.0\.1:(\d+)/.exec(printed)?.[1];
    if (port === undefined) continue;
    const provider = new JsonRpcProvider(`http://127.0.0.1:${port}`, chainId, {
      staticNetwork: true,
      cacheTimeout: -1,
      polling: true,
      pollingInterval: 50,
    });
    return { process: child, provider, signer: await provider.getSigner(0) };
  }
  throw new Error(`anvil did not start:\n${printed}`);
}

async function stop({ process: child, provider }: Anvil): Promise<void> {
  provider.destroy();
  child.kill();
  await once(child, "exit");
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
  const deploy = (i = 0) => deployAccessGrants({ signer: chain(i).signer, chainId: 71_001 + i, directory });

  it("gives the same address on two chains, and a record each", async () => {
    for (const i of [0, 1]) {
      const { address, record, path, sent } = await deploy(i);
      assert.ok(sent);
      assert.equal(address, ADDRESS);
      assert.equal(path, join(directory, `${71_001 + i}.json`));
      assert.deepEqual(readDeployment(path), record);
      const [contract] = record.contracts;
      assert.ok(contract !== undefined && contract.transactionHash !== null);
      const receipt = await chain(i).provider.getTransactionReceipt(contract.transactionHash);
      assert.deepEqual(
        { ...contract, abiHash: "" },
        {
          name: "AccessGrants",
          address: ADDRESS,
          deployer: DETERMINISTIC_DEPLOYER,
          salt: SALT,
          block: receipt?.blockNumber,
          blockHash: receipt?.blockHash,
          transactionHash: receipt?.hash,
          initCodeHash: accessGrantsArtifact.initCodeHash,
          runtimeCodeHash: accessGrantsArtifact.runtimeCodeHash,
          abiHash: "",
        },
      );
    }
  });

  it("is not misled by the cache of a provider that was asked before", async () => {
    const { provider, signer } = chain();
    const caching = new JsonRpcProvider(provider._getConnection().url, 71_001, {
      staticNetwork: true,
      cacheTimeout: 60_000,
    });
    const { sent } = await deployAccessGrants({
      signer: new JsonRpcSigner(caching, await signer.getAddress()),
      chainId: 71_001,
      directory,
    });
    caching.destroy();
    assert.ok(sent);
  });

  it("sends nothing the second time, and leaves the record as it is", async () => {
    const first = await deploy();
    const sentBefore = await chain().signer.getNonce();
    const bytes = readFileSync(first.path, "utf8");
    const second = await deploy();
    assert.equal(second.sent, false);
    assert.deepEqual(second.record, first.record);
    assert.equal(readFileSync(first.path, "utf8"), bytes);
    assert.equal(await chain().signer.getNonce(), sentBefore);
  });

  it("finds the block of a contract that somebody else deployed", async () => {
    const { provider, signer } = chain();
    await provider.send("anvil_mine", ["0x9"]);
    const theirs = await signer.sendTransaction({
      to: DETERMINISTIC_DEPLOYER,
      data: deployerCallData(accessGrantsArtifact),
    });
    const receipt = await theirs.wait();
    await provider.send("anvil_mine", ["0x11"]);
    const { record, sent } = await deploy();
    assert.equal(sent, false);
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
    const { record } = await deployAccessGrants({ signer, chainId: 71_001, directory });
    pruned.destroy();
    assert.equal(record.contracts[0]?.block, null);
    assert.match(record.contracts[0]?.unknown ?? "", /missing trie node/);
  });

  it("finds the block again where the record's is not on the chain any more", async () => {
    const { path, record } = await deploy();
    const [contract] = record.contracts;
    assert.ok(contract !== undefined);
    writeDeployment(path, { ...record, contracts: [{ ...contract, blockHash: `0x${"12".repeat(32)}` }] });
    const again = await deploy();
    assert.equal(again.sent, false);
    assert.deepEqual(again.record, record);
  });

  it("keeps the record of another generation beside it", async () => {
    const path = deploymentPath(directory, 71_001);
    const { record } = await deploy();
    const [contract] = record.contracts;
    assert.ok(contract !== undefined);
    const older = { ...contract, address: DETERMINISTIC_DEPLOYER };
    writeDeployment(path, { chainId: 71_001, contracts: [older] });
    const both = await deploy();
    assert.deepEqual(both.record.contracts, [older, contract]);
  });

  it("refuses other code at the address, and sends nothing", async () => {
    const { provider, signer } = chain();
    await provider.send("anvil_setCode", [ADDRESS, "0x6001"]);
    const sentBefore = await signer.getNonce();
    await assert.rejects(
      deploy(),
      (error) => error instanceof OperatorError && /other code is at 0x/.test(error.message),
    );
    assert.equal(await signer.getNonce(), sentBefore);
    assert.ok(!existsSync(deploymentPath(directory, 71_001)));
  });

  it("refuses a node on another chain", async () => {
    const wrong = deployAccessGrants({ signer: chain(1).signer, chainId: 71_001, directory });
    await assert.rejects(wrong, { name: "OperatorError", message: /on chain 71002, expected 71001/ });
  });

  it("says what to do where the deterministic deployer is missing", async () => {
    const connection = await hre.network.create({ network: "default", override: { chainId: 71_003 } });
    const provider = new BrowserProvider(connection.provider);
    await connection.provider.request({ method: "hardhat_setCode", params: [DETERMINISTIC_DEPLOYER, "0x"] });
    const lacking = deployAccessGrants({ signer: await provider.getSigner(), chainId: 71_003, directory });
    await assert.rejects(lacking, { name: "OperatorError", message: /no deterministic deployer at 0x4e59/ });
    provider.destroy();
    await connection.close();
  });

  it("waits for a bounded time, and can be run again", async () => {
    const { provider, signer } = chain();
    await provider.send("evm_setAutomine", [false]);
    const late = deployAccessGrants({ signer, chainId: 71_001, directory, timeoutMs: 300 });
    await assert.rejects(late, (error) => error instanceof RetryableError && /run it again/.test(error.message));
    await provider.send("anvil_mine", ["0x1"]);
    await provider.send("evm_setAutomine", [true]);
    const again = await deploy();
    assert.equal(again.sent, false);
    assert.equal(again.address, ADDRESS);
  });

  it("says who has no funds", async () => {
    const { provider, signer } = chain();
    await provider.send("anvil_setBalance", [await signer.getAddress(), "0x0"]);
    await assert.rejects(deploy(), (error) => error instanceof OperatorError && /cannot pay/.test(error.message));
  });
});

describe("npm run deploy", () => {
  /** The first account of Anvil, known to everybody. */
  const KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

  async function run(args: string[], env: Record<string, string> = {}): Promise<{ code: number; printed: string }> {
    const cli = spawn(process.execPath, ["deploy/cli.ts", ...args], {
      cwd: fileURLToPath(new URL("../../", import.meta.url)),
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = once(cli, "close");
    let printed = "";
    for (const stream of [cli.stdout, cli.stderr]) stream.on("data", (chunk) => (printed += chunk));
    const [code] = await ended;
    return { code, printed };
  }

  it("deploys to a network of hardhat.config.ts, with URL and key from the environment", async () => {
    const directory = mkdtempSync(join(tmpdir(), "grantledger-cli-"));
    const chain = await startAnvil(11_155_111);
    const env = { SEPOLIA_RPC_URL: chain.provider._getConnection().url, DEPLOYER_PRIVATE_KEY: KEY };
    const first = await run(["--network", "sepolia", "--directory", directory], env);
    assert.equal(first.code, 0, first.printed);
    assert.match(first.printed, /deploying as 0xf39F[\s\S]*deployed/);
    assert.equal(readDeployment(deploymentPath(directory, 11_155_111)).contracts[0]?.address, ADDRESS);
    await stop(chain);
    const away = await run(["--network", "sepolia", "--directory", directory], env);
    assert.equal(away.code, 1);
    assert.match(away.printed, /network sepolia does not answer/);
    rmSync(directory, { recursive: true });
  }).timeout(60_000);

  it("names the networks there are", async () => {
    const { code, printed } = await run(["--network", "nowhere"]);
    assert.equal(code, 1);
    assert.match(printed, /--network is nowhere, expected one of localhost, sepolia/);
  }).timeout(60_000);
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
    const address = ADDRESS.toLowerCase();
    writeFileSync(path, JSON.stringify({ chainId: 0, contracts: [{ name: "AccessGrants", address }] }));
    refused(/chainId[\s\S]*EIP-55/);
    rmSync(directory, { recursive: true });
  });
});
