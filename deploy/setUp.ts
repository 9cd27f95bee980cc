import { id, type Provider, toBeHex } from "ethers";
import { explain } from "../indexer/ops/errors.ts";
import { ROLES } from "./governance.ts";
import { readLogs } from "./logs.ts";
import type { GovernanceRecord } from "./record.ts";

/** The first transaction that gave the registrar's role its label is the set-up; nothing else does before it. */
const TOPICS = [id("RoleLabel(uint64,string)"), toBeHex(ROLES.REGISTRAR, 32)];

/** Finds the transaction of a set-up that was done, by the manager's logs. What the node cannot tell is null with the reason. */
export async function findSetUp(
  provider: Provider,
  manager: string,
  fromBlock: number | null,
): Promise<NonNullable<GovernanceRecord["setUp"]>> {
  try {
    const head = await provider.getBlockNumber();
    const [first] = await readLogs(provider, { address: manager, topics: TOPICS }, fromBlock ?? 0, head);
    if (first === undefined) throw new Error("the node has no log of it");
    return { transactionHash: first.transactionHash, block: first.blockNumber };
  } catch (error) {
    return { transactionHash: null, block: null, unknown: explain(error) };
  }
}
