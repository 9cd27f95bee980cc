/** `npm run deploy:verify -- --network <name>`: shows the sources to the chain's explorer, by Hardhat's verify plugin. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { explain, OperatorError } from "../indexer/ops/errors.ts";
import { chainOf } from "./chains.ts";
import { deploymentPath, readDeployment } from "./record.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** The newest generation's, since older sources are not here. */
const SOURCES: Readonly<Record<string, string>> = {
  AccessManager: "@openzeppelin/contracts/access/manager/AccessManager.sol",
  EntityRegistry: "contracts/EntityRegistry.sol",
  CredentialRegistry: "contracts/CredentialRegistry.sol",
  AccessGrants: "contracts/AccessGrants.sol",
};

/** The profile "production" that verifying takes by itself would compile with other settings than ours. */
function hardhat(...args: string[]): boolean {
  const config = ["--config", "hardhat.verify.config.ts", "--build-profile", "default"];
  return spawnSync("hardhat", [...config, ...args], { cwd: root, stdio: "inherit" }).status === 0;
}

function verify(network: string, directory: string): boolean {
  if (process.env["ETHERSCAN_API_KEY"] === undefined)
    throw new OperatorError("ETHERSCAN_API_KEY is not given: explorers take sources only with a key of etherscan.io");
  const { contracts } = readDeployment(deploymentPath(directory, chainOf(network).chainId));
  const newest = new Map(contracts.map((contract) => [contract.name, contract]));
  // Nothing but what is shown: everything would take minutes.
  const roots = [...newest.keys()]
    .map((name) => SOURCES[name] ?? "")
    .map((file) => (file.startsWith("contracts/") ? file : `npm:${file}`));
  if (!hardhat("build", "--no-tests", ...roots)) return false;
  let failures = 0;
  for (const { name, address, constructorArguments } of newest.values()) {
    process.stdout.write(`${name} at ${address}\n`);
    const contract = ["--contract", `${SOURCES[name]}:${name}`, address, ...constructorArguments];
    if (!hardhat("verify", "etherscan", "--network", network, ...contract)) failures++;
  }
  return failures === 0;
}

try {
  const { values } = parseArgs({
    options: {
      network: { type: "string" },
      directory: { type: "string", default: fileURLToPath(new URL("./deployments", import.meta.url)) },
    },
  });
  if (values.network === undefined) throw new OperatorError("usage: npm run deploy:verify -- --network <name>");
  if (!verify(values.network, values.directory)) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
