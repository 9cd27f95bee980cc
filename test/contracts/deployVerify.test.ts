/** `npm run deploy:verify`, as a process: what it shows to explorers compiles to what was deployed. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, describe, it } from "mocha";
import { deploymentPath, readDeployment } from "../../deploy/record.ts";
import { type Anvil, EXAMPLE_ADMIN, EXAMPLE_KEY, startAnvil, stop } from "./anvils.ts";
import { type Explorer, startExplorer } from "./explorer.ts";

const SEPOLIA = 11_155_111;
/** Compiling everything for explorers takes a minute or two of a processor, here and in the explorer. */
const LONGEST_MS = 20 * 60_000;

describe("npm run deploy:verify", () => {
  let anvil: Anvil;
  let explorer: Explorer;
  let directory: string;

  before(async () => {
    anvil = await startAnvil(SEPOLIA);
    explorer = await startExplorer(anvil.provider);
    directory = mkdtempSync(join(tmpdir(), "grantledger-verify-"));
  });
  after(async () => {
    rmSync(directory, { recursive: true });
    await explorer.stop();
    await stop(anvil);
  });

  async function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<[number | null, string]> {
    const child = spawn(process.execPath, [file, "--network", "sepolia", "--directory", directory, ...args], {
      cwd: fileURLToPath(new URL("../../", import.meta.url)),
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], SEPOLIA_RPC_URL: anvil.url, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const end = once(child, "close");
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (printed += chunk));
    const [code] = await end;
    return [code, printed];
  }

  it("says what is missing without a key", async () => {
    const [code, printed] = await run("deploy/verifyCli.ts", [], {});
    assert.equal(code, 1);
    assert.match(printed, /ETHERSCAN_API_KEY is not given/);
  }).timeout(LONGEST_MS);

  it("shows sources and settings that compile to the code on the chain, of every contract", async () => {
    const parties = ["ADMIN", "GUARDIAN", "REGISTRAR", "SUSPENDER"].map((party) => [
      `GRANTLEDGER_${party}`,
      party === "ADMIN" ? EXAMPLE_ADMIN : "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    ]);
    const [deployed, said] = await run("deploy/cli.ts", ["--yes"], {
      ...Object.fromEntries(parties),
      DEPLOYER_PRIVATE_KEY: EXAMPLE_KEY,
    });
    assert.equal(deployed, 0, said);
    const [code, printed] = await run("deploy/verifyCli.ts", [], {
      ETHERSCAN_API_KEY: "nobody's",
      ETHERSCAN_API_URL: explorer.url,
    });
    assert.equal(code, 0, printed);
    const { contracts } = readDeployment(deploymentPath(directory, SEPOLIA));
    assert.deepEqual(
      contracts.map(({ name, address }) => [name, explorer.shown.get(address.toLowerCase())?.verified]),
      contracts.map(({ name }) => [name, true]),
    );
  }).timeout(LONGEST_MS);
});
