import { type Address, sameBytes } from "../grants/bytes.ts";
import { DEFENCES } from "../ops/defences.ts";
import { RetryableError } from "../ops/errors.ts";
import type { Header, RawLog } from "../rpc/answers.ts";
import type { ChainReader } from "../rpc/chainReader.ts";
import { PackedLog } from "../rpc/packedLog.ts";
import { addressSet, attachLogs } from "./attach.ts";
import { backfill, RangeSize } from "./backfill.ts";
import type { Blocks } from "./fetch.ts";

/** Reads the final blocks `from`…`to` in order, in stretches that each have the headers of their first and last block. */
export type HistoryReader = (from: bigint, to: bigint, signal: AbortSignal) => AsyncGenerator<Blocks>;

/** Final history changes no more, so stretches may be long: most of the blocks hold nothing of ours. */
const SIZE = { blocks: 200, targetLogs: 20_000, maxBlocks: 100_000 };

/**
 * RANGED: of histories with hundreds of millions of blocks. Two endpoints that are not the same have to give the same logs for
 * a range, and headers are read only of blocks with logs, and of the first and the last one, so that each stretch links to the
 * one before. What no log that both gave fixes of a header, both have to say as well.
 */
export function rangedHistory(first: ChainReader, second: ChainReader, contracts: readonly Address[]): HistoryReader {
  const ours = addressSet(contracts);
  const size = new RangeSize(SIZE);

  async function read(from: bigint, to: bigint, signal: AbortSignal): Promise<Blocks> {
    const [logs, others] = await Promise.all([first.logs(from, to, signal), second.logs(from, to, signal)]);
    if (DEFENCES.rangesCompared) assertSame(logs, others, from, to);
    const numbers = new Set(logs.map(({ blockNumber }) => blockNumber));
    const strange = [...numbers].find((number) => number < from || number > to);
    if (strange !== undefined) throw new RetryableError(`the node gave a log of block ${strange}, not asked for`);
    const asked = [...new Set([from, ...numbers, to])].sort((a, b) => (a < b ? -1 : 1));
    const headers = await first.headersAt(asked, signal);
    // A log names its block by hash; where that was not recomputed, the time stands in no log.
    const alone = headers.filter(({ number, proven }) => proven === undefined || !numbers.has(number));
    if (alone.length > 0 && DEFENCES.rangesCompared)
      assertSameHeaders(
        alone,
        await second.headersAt(
          alone.map(({ number }) => number),
          signal,
        ),
      );
    return { headers, logs: attachLogs(headers, logs, ours, "RANGED"), leap: true };
  }

  return (from, to, signal) => backfill(read, from, to, size, signal);
}

function assertSameHeaders(ours: readonly Header[], theirs: readonly Header[]): void {
  for (const [i, { number, hash, parentHash, time }] of ours.entries()) {
    const other = theirs[i];
    if (
      other === undefined ||
      !sameBytes(other.hash, hash) ||
      !sameBytes(other.parentHash, parentHash) ||
      other.time !== time
    )
      throw new RetryableError(`block ${number}: two endpoints do not give the same header`);
  }
}

/** Everything that is stored of a log. */
const textOf = (log: RawLog): string =>
  [
    ...[log.blockNumber, log.blockHash, log.transactionIndex, log.transactionHash, log.logIndex, log.address],
    ...[log.data, ...log.topics],
  ]
    .join()
    .toLowerCase();

/** Whether two logs are the same, seen without a text of either; where they are not, `textOf` has to say so. */
const seenSame = (a: RawLog, b: RawLog | undefined): boolean =>
  a instanceof PackedLog &&
  b instanceof PackedLog &&
  a.blockNumber === b.blockNumber &&
  a.blockHash === b.blockHash &&
  a.transactionIndex === b.transactionIndex &&
  a.transactionHash === b.transactionHash &&
  a.logIndex === b.logIndex &&
  a.address === b.address &&
  a.topicCount === b.topicCount &&
  a.content.equals(b.content);

function assertSame(ours: readonly RawLog[], others: readonly RawLog[], from: bigint, to: bigint): void {
  if (ours.length === others.length && ours.every((log, i) => seenSame(log, others[i]))) return;
  const theirs = new Set(others.map(textOf));
  const only = ours.find((log) => !theirs.delete(textOf(log)));
  if (only === undefined && theirs.size === 0) return;
  const where =
    only === undefined
      ? `the second has ${theirs.size} more, the first of them in block ${[...theirs][0]?.split(",")[0]}`
      : `log ${only.logIndex} of block ${only.blockNumber} is in the first one's answer alone`;
  throw new RetryableError(`blocks ${from} to ${to}: two endpoints do not give the same logs: ${where}`);
}
