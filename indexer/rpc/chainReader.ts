import type { Encoding } from "../evidence/encodings.ts";
import { type Address, type Bytes32, sameBytes, toHex } from "../grants/bytes.ts";
import { RetryableError } from "../ops/errors.ts";
import { type Header, parseHeader, parseLogs, parseReceipts, type RawLog } from "./answers.ts";
import type { Call } from "./batch.ts";
import type { Accept, RpcClient } from "./client.ts";
import { isUnsupported } from "./errors.ts";
import { resultOf } from "./exchange.ts";
import type { Hints } from "./hints.ts";
import { observing, type RpcObserver } from "./observer.ts";
import { createProvenLogs } from "./provenLogs.ts";
import { quorumTip, type SecondOpinion, secondOpinion } from "./quorum.ts";
import { blockByTag, parseTip, quantity, TIP_CALLS, type Tip } from "./tips.ts";

export type { Tip };

/** What the sync room asks a chain for. */
export interface ChainReader {
  tip(signal?: AbortSignal): Promise<Tip>;
  /** Canonical headers of a range, all of them, in order, not yet linked. */
  headers(from: bigint, to: bigint, signal?: AbortSignal): Promise<Header[]>;
  /** Canonical headers of these blocks. */
  headersAt(numbers: readonly bigint[], signal?: AbortSignal): Promise<Header[]>;
  /** Logs of the contracts in a range of block numbers. */
  logs(from: bigint, to: bigint, signal?: AbortSignal): Promise<RawLog[]>;
  /** Logs of the contracts in each of these very blocks. */
  logsOfBlocks(hashes: readonly Bytes32[], signal?: AbortSignal): Promise<RawLog[][]>;
  /**
   * All logs in the receipts of each of these very blocks, whoever logged them; undefined where the node does not serve
   * receipts by block. A node keeps receipts and its index of logs apart, so that one can be right where the other is not.
   */
  logsInReceipts(hashes: readonly Bytes32[], signal?: AbortSignal): Promise<RawLog[][] | undefined>;
  /**
   * Logs of the contracts in each of these blocks, whose hashes were recomputed, out of receipts that rebuild the root in
   * the header: all that there are, and as they are, whatever the node says.
   */
  provenLogs(headers: readonly Header[], signal?: AbortSignal): Promise<RawLog[][]>;
  /** What endpoints other than the one that gave the last tip say of a block that would undo some of ours. */
  secondOpinion(number: bigint, hash: Bytes32, signal?: AbortSignal): Promise<SecondOpinion>;
  /** Has the node say again which chain it is on, before it is asked for anything else. */
  recheckChain(): void;
}

export interface ChainReaderOptions {
  /** So many endpoints have to agree on the head, on finality and on a reorg. */
  readonly quorum?: number;
  /** Heads that were pushed: what is most likely asked next is then asked along with the tip. */
  readonly hints?: Hints;
  readonly observer?: RpcObserver;
  /** Where headers are to be hashed. */
  readonly encoding?: Encoding | undefined;
  /** Whether logs are taken out of receipts. */
  readonly proven?: boolean;
}

type Ahead = { readonly hash: Bytes32; readonly logs: Promise<RawLog[][] | undefined> };

export function createChainReader(
  client: RpcClient,
  contracts: readonly Address[],
  { quorum = 1, hints, observer = observing(), encoding, proven = false }: ChainReaderOptions = {},
): ChainReader {
  // All topics: an event that we do not know is kept raw, so it has to be asked for.
  const address = contracts.map(toHex);
  /** Who gave the last tip, and what it was. What is asked because of it is asked there. */
  let source: string | undefined;
  let newest: Header | undefined;
  let ahead: Ahead | undefined;

  const ask = <T>(calls: readonly Call[], accept: Accept<T>, signal?: AbortSignal, block?: bigint): Promise<T> =>
    client.ask(calls, accept, { signal, prefer: source, block });

  async function singleTip(signal: AbortSignal | undefined): Promise<Tip> {
    const accept: Accept<{ tip: Tip; by: string }> = (outcomes, by) => {
      const tip = parseTip(outcomes, encoding);
      by.sawHead(tip.head.number);
      return { tip, by: by.name };
    };
    const { tip, by } = await client.ask(TIP_CALLS, accept, { signal, prefer: hints?.pending?.endpoint ?? source });
    source = by;
    return tip;
  }

  const askLogsOf = (hashes: readonly Bytes32[], block?: bigint, signal?: AbortSignal): Promise<RawLog[][]> =>
    ask(
      hashes.map((hash) => ({ method: "eth_getLogs", params: [{ blockHash: toHex(hash), address }] })),
      (outcomes) => outcomes.map((outcome) => parseLogs(resultOf(outcome))),
      signal,
      block,
    );

  /** The logs of the block that was pushed, asked for in the same request as the tip. */
  function askAhead(signal: AbortSignal | undefined): void {
    const hint = hints?.pending;
    // Where logs come out of receipts, the header has to be there first.
    if (hint === undefined || proven) return;
    const hash = Buffer.from(hint.hash.slice(2), "hex") as Uint8Array as Bytes32;
    if (ahead !== undefined && sameBytes(ahead.hash, hash)) return;
    // A hint may be wrong: what comes of it counts only for the very block that turns out to be the head.
    ahead = { hash, logs: askLogsOf([hash], hint.number, signal).catch(() => undefined) };
  }

  const about = (hashes: readonly Bytes32[]): bigint | undefined =>
    newest !== undefined && hashes.some((hash) => newest !== undefined && sameBytes(hash, newest.hash))
      ? newest.number
      : undefined;

  return {
    async tip(signal) {
      const asked = quorum > 1 ? quorumTip(client, quorum, observer, signal, encoding) : singleTip(signal);
      askAhead(signal);
      const tip = await asked;
      newest = tip.head;
      hints?.looked(tip.head.number, toHex(tip.head.hash));
      return tip;
    },

    headers(from, to, signal) {
      const numbers = Array.from({ length: Number(to - from) + 1 }, (_, i) => from + BigInt(i));
      return this.headersAt(numbers, signal);
    },

    headersAt(numbers, signal) {
      const accept: Accept<Header[]> = (outcomes) =>
        outcomes.map((outcome, i) => {
          const header = parseHeader(resultOf(outcome), encoding);
          if (header === undefined || header.number !== numbers[i])
            throw new RetryableError(`the node does not have block ${numbers[i]}, or gave another one for it`);
          return header;
        });
      return ask(
        numbers.map((number) => blockByTag(quantity(number))),
        accept,
        signal,
        numbers.at(-1),
      );
    },

    logs(from, to, signal) {
      const filter = { fromBlock: quantity(from), toBlock: quantity(to), address };
      const accept: Accept<RawLog[]> = ([outcome]) => parseLogs(outcome && resultOf(outcome));
      return ask([{ method: "eth_getLogs", params: [filter] }], accept, signal, to);
    },

    async logsOfBlocks(hashes, signal) {
      const [hash] = hashes;
      if (hashes.length === 1 && hash !== undefined && ahead !== undefined && sameBytes(hash, ahead.hash)) {
        const found = await ahead.logs;
        ahead = undefined;
        // Nothing found may mean that the node did not have the block yet: asked again, now that it is the head.
        if (found?.[0]?.length) return found;
      }
      return askLogsOf(hashes, about(hashes), signal);
    },

    async logsInReceipts(hashes, signal) {
      const calls = hashes.map((hash) => ({ method: "eth_getBlockReceipts", params: [toHex(hash)] }));
      const accept: Accept<RawLog[][]> = (outcomes) => outcomes.map((outcome) => parseReceipts(resultOf(outcome)));
      try {
        return await ask(calls, accept, signal, about(hashes));
      } catch (error) {
        if (isUnsupported(error)) return undefined;
        throw error;
      }
    },

    provenLogs: createProvenLogs(
      (calls, accept, blockOf, signal) => ask(calls, accept, signal, about([blockOf.hash]) && blockOf.number),
      address,
    ),

    secondOpinion: (number, hash, signal) => secondOpinion(client, source, { number, hash }, quorum, observer, signal),

    recheckChain: () => client.recheckChain(),
  };
}
