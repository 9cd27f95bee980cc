/** `npm run deploy -- --network <name>`: deploys to a network of hardhat.config.ts and writes its record. */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BrowserProvider } from "ethers";
import hre from "hardhat";
import { explain, OperatorError } from "../indexer/ops/errors.ts";
import { deployAccessGrants } from "./deploy.ts";

const USAGE = `usage: npm run deploy -- --network <name> [--directory <folder of records>]

Deploys AccessGrants to a network of hardhat.config.ts, unless it is there, and writes deploy/deployments/<chainId>.json.
The URL and the key of a public network come from the environment or from Hardhat's encrypted keystore, for example
  npx hardhat keystore set SEPOLIA_RPC_URL
  npx hardhat keystore set DEPLOYER_PRIVATE_KEY
`;

const print = (line: string) => process.stdout.write(`${line}\n`);

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      network: { type: "string" },
      directory: { type: "string", default: fileURLToPath(new URL("./deployments", import.meta.url)) },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);

  const names = Object.entries(hre.config.networks)
    .filter(([, network]) => network.type === "http")
    .map(([name]) => name);
  const name = values.network;
  if (name === undefined || !names.includes(name))
    throw new OperatorError(`--network is ${name ?? "not given"}, expected one of ${names.join(", ")}`);

  const connection = await hre.network.create({ network: name });
  // Asked before ethers takes over, which would go on trying and say less.
  const answered = await connection.provider.request({ method: "eth_chainId" }).catch((cause: unknown) => {
    throw new OperatorError(`network ${name} does not answer`, { cause });
  });
  const chainId = Number(answered);
  const provider = new BrowserProvider(connection.provider, chainId, { cacheTimeout: -1 });
  try {
    const signer = await provider.getSigner();
    print(`${name}: chain ${chainId}, deploying as ${signer.address}`);
    const result = await deployAccessGrants({
      signer,
      chainId: connection.networkConfig.chainId ?? chainId,
      directory: values.directory,
      onProgress: print,
    });
    print(result.sent ? "deployed" : "nothing to send");
  } finally {
    provider.destroy();
    await connection.close();
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
