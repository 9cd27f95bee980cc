import { type Address, type Bytes32, toHex } from "../grants/bytes.ts";
import { RetryableError } from "../ops/errors.ts";
import { type Header, parseHeader, parseLogs, parseReceipts, type RawLog } from "./answers.ts";
import { type RpcClient, resultOf } from "./client.ts";
import type { Call } from "./endpoint.ts";
import { isUnsupported } from "./errors.ts";

/** A node's newest block and how much of its chain it calls safe and final. */
export interface Tip {
  readonly head: Header;
  readonly safe: Header | undefined;
  readonly finalized: Header | undefined;
}

/** What the sync room asks a chain for. */
export interface ChainReader {
  tip(signal?: AbortSignal): Promise<Tip>;
  /** Canonical headers of a range, all of them, in order, not yet linked. */
  headers(from: bigint, to: bigint, signal?: AbortSignal): Promise<Header[]>;
  /** Logs of the contracts in a range of block numbers. */
  logs(from: bigint, to: bigint, signal?: AbortSignal): Promise<RawLog[]>;
  /** Logs of the contracts in each of these very blocks. */
  logsOfBlocks(hashes: readonly Bytes32[], signal?: AbortSignal): Promise<RawLog[][]>;
  /**
   * All logs in the receipts of each of these very blocks, whoever logged them; undefined where the node does not serve
   * receipts by block. A node keeps receipts and its index of logs apart, so that one can be right where the other is not.
   */
  logsInReceipts(hashes: readonly Bytes32[], signal?: AbortSignal): Promise<RawLog[][] | undefined>;
  /** Has the node say again which chain it is on, before it is asked for anything else. */
  recheckChain(): void;
}

/** Providers cap batches, and a batch's answer is held in memory at once. */
const BATCH = 100;

const quantity = (value: bigint): string => `0x${value.toString(16)}`;
const blockByTag = (tag: string): Call => ({ method: "eth_getBlockByNumber", params: [tag, false] });

export function createChainReader(client: RpcClient, contracts: readonly Address[]): ChainReader {
  // All topics: an event that we do not know is kept raw, so it has to be asked for.
  const address = contracts.map(toHex);

  /** Results of many calls, in batches that run side by side. */
  async function batched(calls: readonly Call[], signal?: AbortSignal): Promise<unknown[]> {
    const batches: Promise<unknown[]>[] = [];
    for (let i = 0; i < calls.length; i += BATCH)
      batches.push(client.send(calls.slice(i, i + BATCH), signal).then((outcomes) => outcomes.map(resultOf)));
    return (await Promise.all(batches)).flat();
  }

  return {
    async tip(signal) {
      const [latest, safe, finalized] = await client.send(["latest", "safe", "finalized"].map(blockByTag), signal);
      const head = latest && parseHeader(resultOf(latest));
      if (head === undefined) throw new RetryableError("the node has no latest block");
      // A chain without such tags answers with an error or null: nothing is then called safe or final.
      const tagged = (outcome: typeof safe): Header | undefined =>
        outcome === undefined || "error" in outcome ? undefined : parseHeader(outcome.result);
      return { head, safe: tagged(safe), finalized: tagged(finalized) };
    },

    async headers(from, to, signal) {
      const numbers = Array.from({ length: Number(to - from) + 1 }, (_, i) => from + BigInt(i));
      const blocks = await batched(
        numbers.map((number) => blockByTag(quantity(number))),
        signal,
      );
      return blocks.map((block, i) => {
        const header = parseHeader(block);
        if (header === undefined || header.number !== numbers[i])
          throw new RetryableError(`the node does not have block ${numbers[i]}, or gave another one for it`);
        return header;
      });
    },

    async logs(from, to, signal) {
      const filter = { fromBlock: quantity(from), toBlock: quantity(to), address };
      return parseLogs(await client.call("eth_getLogs", [filter], signal));
    },

    async logsOfBlocks(hashes, signal) {
      const calls = hashes.map((hash) => ({
        method: "eth_getLogs",
        params: [{ blockHash: toHex(hash), address }],
      }));
      return (await batched(calls, signal)).map(parseLogs);
    },

    async logsInReceipts(hashes, signal) {
      const calls = hashes.map((hash) => ({ method: "eth_getBlockReceipts", params: [toHex(hash)] }));
      try {
        return (await batched(calls, signal)).map(parseReceipts);
      } catch (error) {
        if (isUnsupported(error)) return undefined;
        throw error;
      }
    },

    recheckChain: () => client.recheckChain(),
  };
}
