import { caip2 } from "../grants/caip.ts";
import type { ObservedChain } from "../ops/health.ts";
import { badInput, notYetIndexed } from "./errors.ts";
import type { Moment } from "./moment.ts";

/** The block of the caller's own transaction: an answer must not be older than that. */
export interface AtLeast {
  readonly chain: bigint;
  readonly block: bigint;
}

/** So long a block is waited for: a little longer than a mined block takes to be indexed. */
const WAIT_MS = 2_000;
const POLL_MS = 15;

/**
 * Reads until the chain is known up to the block. What was known at an earlier moment does not grow: it is read once.
 * @throws GraphQLError NOT_YET_INDEXED when the block does not come within the bound, BAD_INPUT for a chain not asked.
 */
export async function readAtLeast<Answer>(
  atLeast: AtLeast | null | undefined,
  moment: Moment,
  read: () => Promise<Answer>,
  chainsOf: (answer: Answer) => readonly ObservedChain[],
): Promise<Answer> {
  const deadline = performance.now() + WAIT_MS;
  while (true) {
    const answer = await read();
    if (atLeast == null) return answer;
    const chain = chainsOf(answer).find(({ chainId }) => chainId === atLeast.chain);
    if (chain === undefined) throw badInput(`atLeast: ${caip2(atLeast.chain)} is not among the chains asked`);
    if (chain.indexedNumber !== null && chain.indexedNumber >= atLeast.block) return answer;
    if (moment.known !== undefined || performance.now() > deadline)
      throw notYetIndexed(
        `atLeast: block ${atLeast.block} of ${caip2(atLeast.chain)} is not indexed yet, the newest that is: ${chain.indexedNumber ?? "none"}`,
      );
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
