/** What is on a chain of a suite already. Looks only. */
import { type BlockTag, keccak256, type Provider } from "ethers";
import { OperatorError } from "../indexer/ops/errors.ts";
import { differs, type Finding, isAdminUnbound, readGovernance } from "./governanceState.ts";
import type { PlannedContract, Suite } from "./suite.ts";

/**
 * The governance: `absent` while contracts are missing; `open` until the admin sets it up, since it can do anything until
 * then; `set up` as planned; `other` when it is bound already, but differently.
 */
export type GovernanceState = "absent" | "open" | "set up" | "other";

export interface Inspection {
  /** Names of the contracts that are there. */
  readonly deployed: ReadonlySet<string>;
  readonly governance: GovernanceState;
  /** In what the governance differs from the plan. */
  readonly differences: readonly Finding[];
}

/** @throws OperatorError other code is at one of the addresses */
export async function inspect(provider: Provider, suite: Suite): Promise<Inspection> {
  const present = await Promise.all(suite.contracts.map((contract) => isDeployed(provider, contract)));
  const deployed = new Set(suite.contracts.filter((_, i) => present[i] === true).map(({ name }) => name));
  if (deployed.size < suite.contracts.length) return { deployed, governance: "absent", differences: [] };
  return { deployed, ...(await inspectGovernance(provider, suite)) };
}

async function inspectGovernance(
  provider: Provider,
  suite: Suite,
): Promise<Pick<Inspection, "governance" | "differences">> {
  const findings = await readGovernance(
    provider,
    {
      manager: suite.accessManager.address,
      entityRegistry: suite.entityRegistry.address,
      credentialRegistry: suite.credentialRegistry.address,
    },
    suite.governance,
  );
  const differences = findings.filter(differs);
  if (differences.length === 0) return { governance: "set up", differences };
  const open = await isAdminUnbound(provider, suite.accessManager.address, suite.governance.admin);
  return { governance: open ? "open" : "other", differences };
}

/** Whether the contract is at its address already. Anything else there is refused. */
export async function isDeployed(
  provider: Provider,
  { name, address, runtimeCodeHash }: PlannedContract,
  block: BlockTag = "latest",
): Promise<boolean> {
  const code = await provider.getCode(address, block);
  if (code === "0x") return false;
  const found = keccak256(code);
  if (found !== runtimeCodeHash)
    throw new OperatorError(
      `other code is at ${address}: its hash is ${found}, expected ${runtimeCodeHash} (${name}). Nothing was sent. ` +
        `CREATE2 cannot put other code there, so this chain or its node is not what it says`,
    );
  return true;
}
