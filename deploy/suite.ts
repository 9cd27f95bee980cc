/** What a deployment consists of, as values: nothing here asks a chain. The same admin gives the same suite everywhere. */
import { AbiCoder, concat, keccak256 } from "ethers";
import {
  abiHashOf,
  accessGrantsArtifact,
  accessManagerArtifact,
  addressOf,
  credentialRegistryArtifact,
  entityRegistryArtifact,
  type FrozenArtifact,
  runtimeCodeOf,
} from "./artifact.ts";
import { type Governance, setUpCallData } from "./governance.ts";

export interface PlannedContract {
  readonly name: string;
  readonly address: string;
  /** Creation code and constructor's arguments: with the deployer and its salt they decide the address. */
  readonly initCode: string;
  readonly initCodeHash: string;
  /** Of the code that lies at the address, immutable variables filled in: the same on every chain. */
  readonly runtimeCodeHash: string;
  readonly abiHash: string;
  /** All of them are addresses. */
  readonly constructorArguments: readonly string[];
}

export interface Suite {
  readonly accessManager: PlannedContract;
  readonly entityRegistry: PlannedContract;
  readonly credentialRegistry: PlannedContract;
  readonly accessGrants: PlannedContract;
  /** All of them, in the order of their deployment. */
  readonly contracts: readonly PlannedContract[];
  readonly governance: Governance;
  /** The call by which the admin sets the governance up, once the contracts are there. */
  readonly setUp: { readonly to: string; readonly data: string };
}

export function planSuite(governance: Governance): Suite {
  const accessManager = plan(accessManagerArtifact, [governance.admin]);
  const entityRegistry = plan(entityRegistryArtifact, [accessManager.address]);
  // Both keep it as their one immutable variable.
  const credentialRegistry = plan(credentialRegistryArtifact, [entityRegistry.address], [entityRegistry.address]);
  const accessGrants = plan(accessGrantsArtifact, [entityRegistry.address], [entityRegistry.address]);
  return {
    accessManager,
    entityRegistry,
    credentialRegistry,
    accessGrants,
    contracts: [accessManager, entityRegistry, credentialRegistry, accessGrants],
    governance,
    setUp: { to: accessManager.address, data: setUpCallData(governance, entityRegistry.address) },
  };
}

function plan(
  artifact: FrozenArtifact,
  constructorArguments: readonly string[],
  immutables: readonly string[] = [],
): PlannedContract {
  const initCode = concat([artifact.creationCode, ...constructorArguments.map(word)]);
  return {
    name: artifact.contractName,
    address: addressOf(initCode),
    initCode,
    initCodeHash: keccak256(initCode),
    runtimeCodeHash: keccak256(runtimeCodeOf(artifact, immutables.map(word))),
    abiHash: abiHashOf(artifact),
    constructorArguments,
  };
}

function word(address: string): string {
  return AbiCoder.defaultAbiCoder().encode(["address"], [address]);
}
