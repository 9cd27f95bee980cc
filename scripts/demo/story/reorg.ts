import type { DemoChain } from "../chains.ts";
import type { Call } from "./calls.ts";

/** Anvil calls a block final when eight follow it; a reorg stays well above that, as on a real chain. */
const DEEPEST = 5;
/** A generous bound for one call, so that Anvil need not estimate on a history that is about to change. */
const GAS = "0x493e0";

/**
 * Replaces the blocks from `block` up to the head by others, of which the first holds `instead`. What they held before
 * has then never happened on this chain.
 * @returns how many blocks were replaced; 0 when it was too late for a reorg.
 */
export async function replaceBlocksFrom(chain: DemoChain, block: number, instead: Call): Promise<number> {
  const before = await chain.provider.getBlock(block);
  const transaction = { from: instead.from.account, to: chain.contract, data: instead.data, gas: GAS };
  // A block that is mined between looking and acting makes the reorg one block too shallow: then once more.
  for (let attempt = 0; attempt < 3; attempt++) {
    const depth = (await chain.provider.getBlockNumber()) - block + 1;
    if (depth > DEEPEST) return 0;
    await chain.provider.send("anvil_reorg", [depth, [[transaction, 0]]]);
    if ((await chain.provider.getBlock(block))?.hash !== before?.hash) return depth;
  }
  return 0;
}
