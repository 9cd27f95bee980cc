import { Contract, Interface, type Provider } from "ethers";
import { accessManagerArtifact } from "./artifact.ts";
import { readLogs } from "./logs.ts";

const abi = new Interface(JSON.stringify(accessManagerArtifact.abi));

function topicOf(name: string): string {
  const event = abi.getEvent(name);
  if (event === null) throw new RangeError(`AccessManager has no event ${name}`);
  return event.topicHash;
}

/**
 * Everybody whom the manager's logs ever gave a role and who has it still, by role. That a node leaves out logs can hide a
 * member: whoever is named is one, whoever is not need not be none.
 *
 * @throws RetryableError the node does not give the logs
 */
export async function readMembers(
  provider: Provider,
  managerAddress: string,
  fromBlock: number,
): Promise<ReadonlyMap<bigint, readonly string[]>> {
  const head = await provider.getBlockNumber();
  const filter = { address: managerAddress, topics: [topicOf("RoleGranted")] };
  const granted = new Map<bigint, Set<string>>();
  for (const log of await readLogs(provider, filter, fromBlock, head)) {
    const [role, account] = abi.decodeEventLog("RoleGranted", log.data, log.topics) as unknown as [bigint, string];
    granted.set(role, (granted.get(role) ?? new Set()).add(account));
  }
  const manager = new Contract(managerAddress, abi, provider);
  const members = new Map<bigint, readonly string[]>();
  for (const [role, accounts] of granted) {
    const current: string[] = [];
    for (const account of accounts) {
      // Also those whose role begins later, and those without a delay.
      const [since] = await manager.getFunction("getAccess").staticCall(role, account, { blockTag: head });
      if (since !== 0n) current.push(account);
    }
    members.set(role, current.sort());
  }
  return members;
}
