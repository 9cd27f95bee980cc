import { concat, type Provider } from "ethers";
import { explain } from "../indexer/ops/errors.ts";
import { DETERMINISTIC_DEPLOYER, type FrozenArtifact, SALT } from "./artifact.ts";
import type { DeployedContract } from "./record.ts";

/** What the deterministic deployer is called with: salt ‖ init code. */
export function deployerCallData(artifact: FrozenArtifact): string {
  return concat([SALT, artifact.initCode]);
}

export type Creation = Pick<DeployedContract, "block" | "blockHash" | "transactionHash" | "unknown">;

/**
 * Finds the block that created a contract which is there already, by bisecting over `eth_getCode` at old blocks: code
 * appears once, and ours cannot destroy itself. That needs the states of old blocks, which a pruned node does not have;
 * then the answer is null with the reason, not a guess.
 */
export async function findCreation(provider: Provider, address: string, artifact: FrozenArtifact): Promise<Creation> {
  try {
    const number = await firstBlockWithCode(provider, address);
    const block = await provider.getBlock(number, true);
    if (block?.hash == null) throw new Error(`the node has no block ${number}`);
    const data = deployerCallData(artifact);
    const creator = block.prefetchedTransactions.find((tx) => tx.to === DETERMINISTIC_DEPLOYER && tx.data === data);
    return { block: number, blockHash: block.hash, transactionHash: creator?.hash ?? null };
  } catch (error) {
    const unknown = `the node cannot answer eth_getCode at old blocks: ${explain(error)}`;
    return { block: null, blockHash: null, transactionHash: null, unknown };
  }
}

async function firstBlockWithCode(provider: Provider, address: string): Promise<number> {
  let before = -1; // no code at the end of this block
  let at = await provider.getBlockNumber(); // code at the end of this one
  while (at - before > 1) {
    const middle = Math.floor((before + at) / 2);
    if ((await provider.getCode(address, middle)) === "0x") before = middle;
    else at = middle;
  }
  return at;
}
