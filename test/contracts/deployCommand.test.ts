/** The commands `npm run deploy` and `npm run deploy:check`, as processes, against Anvil chains with the ids of public ones. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { governedBy } from "../../deploy/governance.ts";
import { deploymentPath, readDeployment } from "../../deploy/record.ts";
import { planSuite } from "../../deploy/suite.ts";
import { type Anvil, EXAMPLE_ADMIN, EXAMPLE_KEY, startAnvil, stop } from "./anvils.ts";

const SEPOLIA = 11_155_111;
const BASE_SEPOLIA = 84_532;
const OTHERS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const PARTIES = {
  GRANTLEDGER_ADMIN: EXAMPLE_ADMIN,
  GRANTLEDGER_GUARDIAN: OTHERS,
  GRANTLEDGER_REGISTRAR: OTHERS,
  GRANTLEDGER_SUSPENDER: OTHERS,
};
const ADDRESSES = planSuite(governedBy(EXAMPLE_ADMIN)).contracts.map(({ address }) => address);
const MINUTES = 60_000;

interface Ended {
  readonly code: number | null;
  readonly printed: string;
}

function start(file: string, args: string[], env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [file, ...args], {
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function ended(child: ChildProcess): Promise<Ended> {
  const end = once(child, "close");
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (printed += chunk));
  const [code] = await end;
  return { code, printed };
}

/** A node in between that passes everything on, and kills the sender when its n-th transaction has arrived. */
async function killingProxy(url: string, n: number, victim: () => ChildProcess | undefined): Promise<Server> {
  let transactions = 0;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const answer = await fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });
    const bytes = await answer.text();
    if (body.includes("eth_sendRawTransaction") && ++transactions === n) victim()?.kill("SIGKILL");
    response.writeHead(200, { "content-type": "application/json" }).end(bytes);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

describe("npm run deploy", () => {
  let sepolia: Anvil;
  let base: Anvil;
  let directory: string;
  let snapshots: string[];

  before(async () => {
    [sepolia, base] = [await startAnvil(SEPOLIA), await startAnvil(BASE_SEPOLIA)];
  });
  after(async () => {
    await stop(sepolia);
    await stop(base);
  });
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "grantledger-command-"));
    snapshots = await Promise.all([sepolia, base].map(({ provider }) => provider.send("evm_snapshot", [])));
  });
  afterEach(async () => {
    rmSync(directory, { recursive: true });
    for (const [i, { provider }] of [sepolia, base].entries()) await provider.send("evm_revert", [snapshots[i]]);
  });

  const environment = () => ({ ...PARTIES, SEPOLIA_RPC_URL: sepolia.url, DEPLOYER_PRIVATE_KEY: EXAMPLE_KEY });
  const deploy = (args: string[], env: NodeJS.ProcessEnv = environment()) =>
    ended(start("deploy/cli.ts", [...args, "--directory", directory], env));
  const check = (args: string[] = [], env: NodeJS.ProcessEnv = environment()) =>
    ended(start("deploy/checkCli.ts", [...args, "--directory", directory], env));
  const addressesOf = (chainId: number) =>
    readDeployment(deploymentPath(directory, chainId)).contracts.map(({ address }) => address);

  it("shows what it would do, and sends nothing without a terminal or --yes", async () => {
    for (const args of [[], ["--dry-run"], ["--dry-run", "--yes"]]) {
      const { code, printed } = await deploy(["--network", "sepolia", ...args]);
      assert.equal(code, 0, printed);
      for (const address of ADDRESSES) assert.ok(printed.includes(address), printed);
      assert.match(printed, /admin +0xf39F\w+, 2 d, has no code[\s\S]*would send: set up the governance/);
      assert.match(printed, /at [\d.]+ gwei this costs about [\d.]+ ETH/);
      if (args.length === 0) assert.match(printed, /nothing was sent\. To deploy, .*--yes/);
    }
    assert.equal(await sepolia.signer.getNonce(), 0);
    assert.ok(!existsSync(deploymentPath(directory, SEPOLIA)));
  }).timeout(MINUTES);

  it("deploys with URL and key from the environment, once, and the check agrees", async () => {
    const first = await deploy(["--network", "sepolia", "--yes"]);
    assert.equal(first.code, 0, first.printed);
    assert.match(first.printed, /sepolia +11155111 +deployed +5 /);
    assert.deepEqual(addressesOf(SEPOLIA), ADDRESSES);
    const again = await deploy(["--network", "sepolia"]);
    assert.equal(again.code, 0, again.printed);
    assert.match(again.printed, /nothing to send[\s\S]*was there +0 /);

    const { code, printed } = await check([], { SEPOLIA_RPC_URL: sepolia.url });
    assert.equal(code, 0, printed);
    assert.match(printed, /sepolia +11155111 +ok +\d+ +0 +0/);
  }).timeout(MINUTES);

  it("goes on after a kill -9, to the same record", async () => {
    await deploy(["--network", "sepolia", "--yes"]);
    const shape = () =>
      readFileSync(deploymentPath(directory, SEPOLIA), "utf8").replace(/"(blockHash|transactionHash)": "0x\w+"/g, "$1");
    const whole = shape();
    for (const n of [1, 3, 5]) {
      await sepolia.provider.send("evm_revert", [snapshots[0]]);
      snapshots[0] = await sepolia.provider.send("evm_snapshot", []);
      rmSync(deploymentPath(directory, SEPOLIA));
      let victim: ChildProcess | undefined;
      const proxy = await killingProxy(sepolia.url, n, () => victim);
      const env = { ...environment(), SEPOLIA_RPC_URL: urlOf(proxy) };
      victim = start("deploy/cli.ts", ["--network", "sepolia", "--yes", "--directory", directory], env);
      const killed = await ended(victim);
      assert.equal(killed.code, null, killed.printed);
      assert.equal(await sepolia.signer.getNonce(), n);
      proxy.close();
      const rest = await deploy(["--network", "sepolia", "--yes"]);
      assert.equal(rest.code, 0, rest.printed);
      assert.equal(await sepolia.signer.getNonce(), 5);
      assert.equal(shape(), whole);
    }
  }).timeout(3 * MINUTES);

  it("deploys to every configured network, and one that fails does not stop the others", async () => {
    const away = "http://127.0.0.1:1";
    const env = { ...environment(), ARBITRUM_SEPOLIA_RPC_URL: away, BASE_SEPOLIA_RPC_URL: base.url };
    const { code, printed } = await deploy(["--all", "--yes"], env);
    assert.equal(code, 1, printed);
    assert.match(printed, /sepolia +11155111 +deployed +5 /);
    assert.match(printed, /baseSepolia +84532 +deployed +5 /);
    assert.match(printed, /arbitrumSepolia +421614 +FAILED +network arbitrumSepolia does not answer/);
    assert.deepEqual(addressesOf(SEPOLIA), ADDRESSES);
    assert.deepEqual(addressesOf(BASE_SEPOLIA), ADDRESSES);

    const other = { ...env, BASE_SEPOLIA_RPC_URL: sepolia.url };
    const swapped = await check([], other);
    assert.equal(swapped.code, 1);
    assert.match(swapped.printed, /the node of baseSepolia is on chain 11155111, expected 84532/);
    assert.match(swapped.printed, /sepolia +11155111 +ok/);
  }).timeout(MINUTES);

  it("prints the call of the set-up for an admin who is not the deployer", async () => {
    const env = { ...environment(), GRANTLEDGER_ADMIN: OTHERS };
    const { code, printed } = await deploy(["--network", "sepolia", "--yes"], env);
    assert.equal(code, 0, printed);
    const { setUp } = planSuite({
      ...governedBy(OTHERS),
      delays: { registrar: 172_800, admin: 172_800, grant: 172_800, target: 172_800 },
    });
    assert.ok(printed.includes(setUp.to) && printed.includes(setUp.data), printed);
    assert.match(printed, /waits for admin +4 /);
    const checked = await check();
    assert.equal(checked.code, 1);
    assert.match(checked.printed, /governance: waits for the admin, expected set up/);
  }).timeout(MINUTES);

  it("says what is missing or wrong, and never shows a URL", async () => {
    const refused = async (args: string[], env: NodeJS.ProcessEnv, message: RegExp) => {
      const { code, printed } = await deploy(args, env);
      assert.equal(code, 1, printed);
      assert.match(printed, message);
      assert.ok(!printed.includes("secret"), printed);
    };
    const on = ["--network", "sepolia"];
    await refused(["--network", "nowhere"], {}, /--network is nowhere, expected one of ethereum, arbitrumOne/);
    await refused([], {}, /expected either --all or --network <name>/);
    await refused(on, PARTIES, /sepolia has no URL: put SEPOLIA_RPC_URL into/);
    await refused(on, { ...environment(), GRANTLEDGER_GUARDIAN: "0x12" }, /GRANTLEDGER_GUARDIAN is 0x12, expected/);
    await refused(on, { ...environment(), GRANTLEDGER_DELAY: "172800000" }, /is 172800000, expected seconds, at most/);
    const url = "http://127.0.0.1:1/secret";
    await refused(on, { ...environment(), SEPOLIA_RPC_URL: url }, /network sepolia does not answer/);
  }).timeout(2 * MINUTES);
});
