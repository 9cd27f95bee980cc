import { Interface } from "ethers";
import { accessManagerArtifact } from "../../deploy/artifact.ts";
import type { ContractName } from "../../indexer/config/schema.ts";
import { AccessGrants__factory } from "../../typechain-types/factories/AccessGrants__factory.ts";
import { CredentialRegistry__factory } from "../../typechain-types/factories/CredentialRegistry__factory.ts";
import { EntityRegistry__factory } from "../../typechain-types/factories/EntityRegistry__factory.ts";

/** The compiled ABIs of the contracts that are indexed. */
export const INTERFACES: Readonly<Record<ContractName, Interface>> = {
  AccessGrants: AccessGrants__factory.createInterface(),
  CredentialRegistry: CredentialRegistry__factory.createInterface(),
  EntityRegistry: EntityRegistry__factory.createInterface(),
  AccessManager: new Interface(JSON.stringify(accessManagerArtifact.abi)),
};
