import type { Provider } from "ethers";
import { explain } from "../indexer/ops/errors.ts";
import { DETERMINISTIC_DEPLOYER, deployerCallData } from "./artifact.ts";
import type { DeployedContract } from "./record.ts";

export type Creation = Pick<DeployedContract, "block" | "blockHash" | "transactionHash" | "unknown">;

/**
 * Finds the block that created a contract which is there already, over `eth_getCode` at old blocks: code appears once, and
 * ours cannot destroy itself. Where it is older than the states that the node keeps, the answer is null with the reason,
 * not a guess.
 */
export async function findCreation(provider: Provider, address: string, initCode: string): Promise<Creation> {
  try {
    const number = await firstBlockWithCode(provider, address);
    const block = await provider.getBlock(number, true);
    if (block?.hash == null) throw new Error(`the node has no block ${number}`);
    const data = deployerCallData(initCode);
    const creator = block.prefetchedTransactions.find((tx) => tx.to === DETERMINISTIC_DEPLOYER && tx.data === data);
    return { block: number, blockHash: block.hash, transactionHash: creator?.hash ?? null };
  } catch (error) {
    const unknown = `the node cannot answer eth_getCode at old blocks: ${explain(error)}`;
    return { block: null, blockHash: null, transactionHash: null, unknown };
  }
}

/** Backwards in growing steps, then by halves: what was deployed just now is found by a node that keeps few old states. */
async function firstBlockWithCode(provider: Provider, address: string): Promise<number> {
  const hasCode = async (block: number) => (await provider.getCode(address, block)) !== "0x";
  let at = await provider.getBlockNumber(); // code at the end of this one
  let before = at - 1; // no code at the end of this one
  for (let step = 1; before >= 0 && (await hasCode(before)); step *= 2) {
    at = before;
    before = Math.max(-1, at - step);
  }
  while (at - before > 1) {
    const middle = Math.floor((before + at) / 2);
    if (await hasCode(middle)) at = middle;
    else before = middle;
  }
  return at;
}
