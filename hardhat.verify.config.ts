/**
 * For `npm run deploy:verify` alone: what is shown to explorers holds the AccessManager of OpenZeppelin too. It is built
 * apart, since the folders of typechain-types/ would follow the package's otherwise.
 */
import { defineConfig } from "hardhat/config";
import { CHAINS } from "./deploy/chains.ts";
import base, { network } from "./hardhat.config.ts";

/** Another server of Etherscan's API than Etherscan's own, of a Blockscout say. */
const apiUrl = process.env["ETHERSCAN_API_URL"];

export default defineConfig({
  ...base,
  solidity: {
    ...(typeof base.solidity === "object" ? base.solidity : {}),
    npmFilesToBuild: ["@openzeppelin/contracts/access/manager/AccessManager.sol"],
  } as NonNullable<typeof base.solidity>,
  paths: { ...base.paths, artifacts: "./cache/verify/artifacts", cache: "./cache/verify" },
  // Reading needs no key.
  networks: Object.fromEntries(CHAINS.map((chain) => [chain.network, { ...network(chain), accounts: "remote" }])),
  ...(apiUrl && {
    chainDescriptors: Object.fromEntries(
      CHAINS.map(({ chainId, name, explorer }) => [
        chainId,
        { name, blockExplorers: { etherscan: { name: "Etherscan's API", url: explorer ?? apiUrl, apiUrl } } },
      ]),
    ),
  }),
  typechain: { dontOverrideCompile: true },
});
