import { createRequire } from "node:module";
import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { defineConfig } from "hardhat/config";

const require = createRequire(import.meta.url);

export default defineConfig({
  plugins: [hardhatToolboxMochaEthers],
  solidity: {
    version: "0.8.37",
    // The compiler is the npm package pinned by the lock file: nothing is downloaded, and the same bytes come out
    // everywhere, which is what makes the CREATE2 addresses reproducible.
    path: require.resolve("solc/soljson.js"),
    settings: {
      viaIR: true,
      optimizer: { enabled: true, runs: 1_000_000 },
      // The newest instruction set that every supported chain has.
      evmVersion: "shanghai",
      // No metadata hash: an address depends on the code alone, not on comments.
      metadata: { bytecodeHash: "none" },
    },
  },
  typechain: { outDir: "./typechain-types" },
});
