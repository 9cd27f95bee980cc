import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { deploySuite } from "../../deploy/deploy.ts";
import { type ChainConfig, indexedContracts } from "../../indexer/config/config.ts";
import { readingOf } from "../../indexer/config/reading.ts";
import { type LocalChain, startLocalChain } from "./anvil.ts";

const CHAINS = [
  { chainId: 31_337, name: "Local A", blockSeconds: 2, firstPort: 8545 },
  { chainId: 31_338, name: "Local B", blockSeconds: 3, firstPort: 8546 },
] as const;

/** Anvil's last development account deploys; the story's people are the first ones. */
const DEPLOYER = 9;

export interface DemoChain extends LocalChain {
  /** Address of AccessGrants, the same on every chain. */
  readonly contract: string;
  readonly config: ChainConfig;
}

/** Two local chains with the contracts deployed on both, governed by their deployer. `started` is told of each as soon as it has to be stopped. */
export async function startChains(folder: string, started: (chain: LocalChain) => void): Promise<DemoChain[]> {
  mkdirSync(join(folder, "deployments"), { recursive: true });
  const chains: LocalChain[] = [];
  for (const options of CHAINS) {
    const chain = await startLocalChain(folder, options);
    started(chain);
    chains.push(chain);
  }
  return Promise.all(chains.map((chain) => deployTo(chain, join(folder, "deployments"))));
}

async function deployTo(chain: LocalChain, directory: string): Promise<DemoChain> {
  const signer = await chain.provider.getSigner(DEPLOYER);
  // Each transaction has to be in a block before the next is sent: nobody wants to wait for the usual blocks.
  const onSent = () => chain.provider.send("evm_mine", []);
  const { suite, record } = await deploySuite({ signer, chainId: chain.chainId, directory, onSent });
  const contracts = indexedContracts(record);
  const { chainId, name, url } = chain;
  const reading = readingOf({ chainId, rpc: [url] });
  return {
    ...chain,
    contract: suite.accessGrants.address,
    config: { chainId, name, rpc: [url], pollIntervalMs: 250, contracts, reading },
  };
}
