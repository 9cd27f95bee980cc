import type { Filter, Log, Provider } from "ethers";
import { explain, RetryableError } from "../indexer/ops/errors.ts";

/** A public node takes at least so many blocks at once; where it takes more, fewer questions do. */
const SMALLEST_RANGE = 1_000;
/** What one look may ask of somebody's node. */
const MOST_REQUESTS = 200;

/**
 * All logs from `fromBlock` to `toBlock`, however many blocks the node allows at once: a range that is refused is asked
 * again in halves.
 *
 * @throws RetryableError the node refuses small ranges too, or the range takes too many questions
 */
export async function readLogs(
  provider: Provider,
  filter: Pick<Filter, "address" | "topics">,
  fromBlock: number,
  toBlock: number,
): Promise<Log[]> {
  const logs: Log[] = [];
  let size = toBlock - fromBlock + 1;
  let from = fromBlock;
  for (let requests = 0; from <= toBlock; requests++) {
    const to = Math.min(toBlock, from + size - 1);
    try {
      if (requests >= MOST_REQUESTS) throw new Error(`more than ${MOST_REQUESTS} questions of ${size} blocks each`);
      logs.push(...(await provider.getLogs({ ...filter, fromBlock: from, toBlock: to })));
      from = to + 1;
    } catch (cause) {
      if (size <= SMALLEST_RANGE || requests >= MOST_REQUESTS)
        throw new RetryableError(`the logs of blocks ${from} to ${toBlock} cannot be read: ${explain(cause)}`, {
          cause,
        });
      size = Math.max(SMALLEST_RANGE, Math.ceil(size / 2));
    }
  }
  return logs;
}
