import { type Proven, proveReceipts, receiptList } from "../evidence/block.ts";
import { toHex } from "../grants/bytes.ts";
import { DEFENCES } from "../ops/defences.ts";
import { BugError } from "../ops/errors.ts";
import { type Header, logsOfReceipts, type RawLog } from "./answers.ts";
import type { Call } from "./batch.ts";
import type { ChainReader } from "./chainReader.ts";
import { isUnsupported } from "./errors.ts";
import { type Outcome, resultOf } from "./exchange.ts";

/** Asks in one request and takes what `accept` makes of the outcomes; an answer that it refuses is no answer. */
export type Ask = <T>(
  calls: readonly Call[],
  accept: (outcomes: readonly Outcome[]) => T,
  /** The newest block that is asked about. */
  block: Header,
  signal?: AbortSignal,
) => Promise<T>;

const MAX_CALLS = 100;
/**
 * Gas of the blocks whose receipts are asked for at once. A log costs at least 375 gas and 8 for a byte, which bounds the
 * answer to some 4 MB.
 */
const MAX_GAS = 100_000_000;
/** Batches under way at once: more would not be faster, and all of them are held in memory. */
const AT_ONCE = 2;

/** @param contracts lower-case hex, as logs name them. */
export function createProvenLogs(ask: Ask, contracts: readonly string[]): ChainReader["provenLogs"] {
  const ours: ReadonlySet<string> = new Set(contracts);
  /** Set when no endpoint serves receipts by block. */
  let byTransaction = false;

  function take(header: Header, receipts: unknown): RawLog[] {
    const name = `block ${header.number}`;
    const given = DEFENCES.receiptsRoot
      ? proveReceipts(provenPart(header), receipts, name)
      : receiptList(receipts, name);
    return logsOfReceipts(header, given, ours);
  }

  /** Of a block whose receipts are each asked for by its transaction. */
  async function oneByOne(header: Header, signal?: AbortSignal): Promise<RawLog[]> {
    const calls = provenPart(header).transactions.map((hash) => ({
      method: "eth_getTransactionReceipt",
      params: [hash],
    }));
    const receipts: unknown[] = [];
    for (let i = 0; i < calls.length; i += MAX_CALLS)
      receipts.push(
        ...(await ask(calls.slice(i, i + MAX_CALLS), (outcomes) => outcomes.map(resultOf), header, signal)),
      );
    return take(header, receipts);
  }

  async function batch(headers: readonly Header[], signal?: AbortSignal): Promise<RawLog[][]> {
    if (byTransaction) return Promise.all(headers.map((header) => oneByOne(header, signal)));
    const calls = headers.map(({ hash }) => ({ method: "eth_getBlockReceipts", params: [toHex(hash)] }));
    const accept = (outcomes: readonly Outcome[]): RawLog[][] =>
      headers.map((header, i) => take(header, resultOf(outcomes[i] as Outcome)));
    try {
      return await ask(calls, accept, headers.at(-1) as Header, signal);
    } catch (error) {
      if (!isUnsupported(error)) throw error;
      byTransaction = true;
      return batch(headers, signal);
    }
  }

  return async (headers, signal) => {
    const batches = byGas(headers);
    const found: RawLog[][][] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      for (let i = next++; i < batches.length; i = next++)
        found[i] = await batch(batches[i] as readonly Header[], signal);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return found.flat();
  };
}

function provenPart(header: Header): Proven {
  if (header.proven === undefined) throw new BugError(`the hash of block ${header.number} was not recomputed`);
  return header.proven;
}

/** Blocks whose receipts are small enough together. */
function byGas(headers: readonly Header[]): Header[][] {
  const batches: Header[][] = [];
  let left = 0;
  for (const header of headers) {
    const { gasUsed } = provenPart(header);
    const batch = batches.at(-1);
    if (batch !== undefined && gasUsed <= left && batch.length < MAX_CALLS) {
      batch.push(header);
      left -= gasUsed;
    } else {
      batches.push([header]);
      left = MAX_GAS - gasUsed;
    }
  }
  return batches;
}
