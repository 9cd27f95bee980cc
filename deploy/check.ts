/** Compares what a record says of a chain with the chain. */
import { getCreate2Address, keccak256, type Provider } from "ethers";
import { explain } from "../indexer/ops/errors.ts";
import { memberOf, ROLES, type Role } from "./governance.ts";
import { type Finding, type Governed, readGovernance, roleName } from "./governanceState.ts";
import { readMembers } from "./members.ts";
import type { DeployedContract, Deployment, GovernanceRecord } from "./record.ts";

export interface CheckResult {
  readonly findings: readonly Finding[];
  /** What could not be read, and why. It is no difference, but nobody looked. */
  readonly unread: readonly string[];
}

/** Every recorded contract and governance of one chain. The connection has to be to that chain. */
export async function checkDeployment(provider: Provider, record: Deployment): Promise<CheckResult> {
  const findings: Finding[] = [
    { what: "chain id", expected: `${record.chainId}`, found: `${(await provider.getNetwork()).chainId}` },
  ];
  const unread: string[] = [];
  for (const contract of record.contracts) findings.push(...(await checkContract(provider, contract, unread)));
  for (const governance of record.governance)
    findings.push(...(await checkGovernance(provider, record.contracts, governance, unread)));
  return { findings, unread };
}

async function checkContract(provider: Provider, contract: DeployedContract, unread: string[]): Promise<Finding[]> {
  const { name, address, deployer, salt, initCodeHash, runtimeCodeHash, block, blockHash, transactionHash } = contract;
  const code = await provider.getCode(address);
  const findings: Finding[] = [
    { what: `${name} address`, expected: getCreate2Address(deployer, salt, initCodeHash), found: address },
    { what: `${name} code`, expected: runtimeCodeHash, found: code === "0x" ? "no code" : keccak256(code) },
  ];
  if (block === null) {
    unread.push(`${name} block of creation: the record has none (${contract.unknown ?? "no reason"})`);
    return findings;
  }
  const found = await provider.getBlock(block);
  findings.push({ what: `${name} block ${block}`, expected: blockHash ?? "a block", found: found?.hash ?? "no block" });
  if (transactionHash !== null) {
    const receipt = await provider.getTransactionReceipt(transactionHash);
    const where = receipt === null ? "no such transaction" : `block ${receipt.blockNumber}`;
    findings.push({ what: `${name} transaction ${transactionHash}`, expected: `block ${block}`, found: where });
  }
  return findings;
}

async function checkGovernance(
  provider: Provider,
  contracts: readonly DeployedContract[],
  governance: GovernanceRecord,
  unread: string[],
): Promise<Finding[]> {
  const { manager, setUp } = governance;
  const governed = governedBy(contracts, manager);
  if (governed === undefined)
    return [{ what: `contracts governed by ${manager}`, expected: "recorded", found: "not all of them" }];
  for (const address of Object.values(governed))
    if ((await provider.getCode(address)) === "0x")
      return [{ what: `governance by ${manager}`, expected: "readable", found: `no code at ${address}` }];
  const findings = await readGovernance(provider, governed, governance);
  if (setUp === null) findings.unshift({ what: "governance", expected: "set up", found: "waits for the admin" });
  const from = contracts.find(({ address }) => address === manager)?.block ?? 0;
  try {
    findings.push(...memberFindings(await readMembers(provider, manager, from), governance));
  } catch (error) {
    unread.push(`members of the roles of ${manager}: ${explain(error)}`);
  }
  return findings;
}

/** The contracts of one generation, by what they were constructed with. */
function governedBy(contracts: readonly DeployedContract[], manager: string): Governed | undefined {
  const madeWith = (name: string, argument: string | undefined) =>
    contracts.find((one) => one.name === name && one.constructorArguments[0] === argument)?.address;
  const entityRegistry = madeWith("EntityRegistry", manager);
  const credentialRegistry = madeWith("CredentialRegistry", entityRegistry);
  if (entityRegistry === undefined || credentialRegistry === undefined) return undefined;
  return { manager, entityRegistry, credentialRegistry };
}

function memberFindings(members: ReadonlyMap<bigint, readonly string[]>, governance: GovernanceRecord): Finding[] {
  const roles = Object.keys(ROLES) as Role[];
  const known = new Set<bigint>(Object.values(ROLES));
  const list = (role: bigint) => (members.get(role) ?? []).join(", ") || "nobody";
  return [
    ...roles.map((role) => ({
      what: `members of ${role}`,
      expected: memberOf(role, governance),
      found: list(ROLES[role]),
    })),
    ...[...members.keys()]
      .filter((role) => !known.has(role))
      .map((role) => ({ what: `members of ${roleName(role)}`, expected: "nobody", found: list(role) })),
  ];
}
