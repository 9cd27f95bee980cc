import { ContractFactory, type InterfaceAbi } from "ethers";
import {
  accessGrantsArtifact,
  accessManagerArtifact,
  credentialRegistryArtifact,
  entityRegistryArtifact,
} from "../../deploy/artifact.ts";
import type { IndexedContract } from "../../indexer/config/config.ts";
import type { ContractName } from "../../indexer/config/schema.ts";
import { parseAddress } from "../../indexer/grants/caip.ts";
import type { TestAnvil } from "./anvil.ts";

/** The whole suite on one Anvil, the product's own bytes, each contract in a block of its own. */
export interface Suite {
  readonly anvil: TestAnvil;
  readonly addresses: Readonly<Record<ContractName, string>>;
  readonly startBlocks: Readonly<Record<ContractName, number>>;
  /** Who deployed and governs. */
  readonly admin: string;
}

const ARTIFACTS = {
  AccessManager: accessManagerArtifact,
  EntityRegistry: entityRegistryArtifact,
  CredentialRegistry: credentialRegistryArtifact,
  AccessGrants: accessGrantsArtifact,
};

export async function deploySuite(anvil: TestAnvil): Promise<Suite> {
  const signer = await anvil.account(0);
  const admin = await signer.getAddress();
  const addresses = {} as Record<ContractName, string>;
  const startBlocks = {} as Record<ContractName, number>;
  const deploy = async (name: ContractName, argument: string): Promise<string> => {
    const { abi, creationCode } = ARTIFACTS[name];
    const contract = await new ContractFactory(abi as InterfaceAbi, creationCode, signer).deploy(argument);
    const receipt = await contract.deploymentTransaction()?.wait();
    startBlocks[name] = receipt?.blockNumber ?? 0;
    addresses[name] = await contract.getAddress();
    return addresses[name];
  };
  await anvil.send("evm_setAutomine", true);
  try {
    const manager = await deploy("AccessManager", admin);
    const entities = await deploy("EntityRegistry", manager);
    await deploy("CredentialRegistry", entities);
    await deploy("AccessGrants", entities);
  } finally {
    await anvil.send("evm_setAutomine", false);
  }
  return { anvil, addresses, startBlocks, admin };
}

/** All contracts of a suite, as they are configured. */
export const indexedContracts = ({ addresses, startBlocks }: Suite): IndexedContract[] =>
  (Object.keys(ARTIFACTS) as ContractName[]).map((name) => ({
    name,
    address: parseAddress(addresses[name]),
    startBlock: BigInt(startBlocks[name]),
  }));
