import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";
import type { HttpNetworkUserConfig, SolcSolidityCompilerUserConfig } from "hardhat/types/config";
import { type ChainRecord, rpcVariable } from "./deploy/chainRecord.ts";
import { CHAINS } from "./deploy/chains.ts";

const require = createRequire(import.meta.url);

/** What Solidity tests may read: the artifacts that they deploy. */
const fsPermissions = {
  readFile: ["AccessGrants", "CredentialRegistry", "EntityRegistry"].map(
    (name) => `artifacts/contracts/${name}.sol/${name}.json`,
  ),
};

const solidityTests = readdirSync(new URL("test/contracts", import.meta.url), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".t.sol") || /^(support|symbolic)\W.*\.sol$/.test(name))
  .map((name) => `test/contracts/${name}`);

function compiler(settings: object): SolcSolidityCompilerUserConfig {
  return {
    version: "0.8.37",
    // The compiler is the npm package pinned by the lock file: nothing is downloaded, and the same bytes come out
    // everywhere, which is what makes the CREATE2 addresses reproducible.
    path: require.resolve("solc/soljson.js"),
    settings: {
      ...settings,
      // The newest instruction set that every supported chain has.
      evmVersion: "shanghai",
      // No metadata hash: an address depends on the code alone, not on comments.
      metadata: { bytecodeHash: "none" },
    },
  };
}

/** URL and key of a public network come from the environment or from `hardhat keystore`, never from a file in git. */
export function network(chain: ChainRecord): HttpNetworkUserConfig {
  const { chainId, chainType, url } = chain;
  if (url !== undefined) return { type: "http", chainId, chainType, url };
  return {
    type: "http",
    chainId,
    chainType,
    url: configVariable(rpcVariable(chain)),
    accounts: [configVariable("DEPLOYER_PRIVATE_KEY")],
  };
}

export default defineConfig({
  plugins: [hardhatToolboxMochaEthers],
  solidity: {
    compilers: [compiler({ viaIR: true, optimizer: { enabled: true, runs: 1_000_000 } })],
    // The tests themselves need no fast code, and compile five times as fast without the IR. They deploy the product's
    // own artifact, so what is tested are the bytes that are deployed.
    overrides: Object.fromEntries(solidityTests.map((file) => [file, compiler({ optimizer: { enabled: true } })])),
    // Each contract is compiled with nothing but its own imports, so that a new contract cannot move an old one's bytes.
    isolated: true,
    // Product contracts and tests apart: typechain-types/ holds the product only.
    splitTestsCompilation: true,
  },
  paths: { tests: { mocha: "./test/contracts", solidity: "./test/contracts" } },
  test: {
    solidity: {
      profiles: {
        default: {
          fsPermissions,
          fuzz: { runs: 1_000 },
          invariant: { runs: 1_000, depth: 64, failOnRevert: true },
        },
        deep: {
          fsPermissions,
          fuzz: { runs: 100_000 },
          invariant: { runs: 10_000, depth: 128, failOnRevert: true },
        },
      },
    },
  },
  networks: Object.fromEntries(CHAINS.map((chain) => [chain.network, network(chain)])),
  verify: { etherscan: { apiKey: configVariable("ETHERSCAN_API_KEY") } },
  typechain: { outDir: "./typechain-types" },
});
