import type { ProvenBlock } from "../evidence/buildBundle.ts";
import type { Encoding } from "../evidence/encodings.ts";
import { asList, asObject } from "../evidence/json.ts";
import { hashOf, proveBlock } from "../evidence/proveBlock.ts";
import { type Bytes32, toHex } from "../grants/bytes.ts";
import type { Call } from "./batch.ts";
import type { Accept, RpcClient } from "./client.ts";
import { isUnsupported } from "./errors.ts";
import { type Outcome, resultOf } from "./exchange.ts";

/** One block by its hash, its hash and its receipts' root recomputed; undefined where no endpoint has it any more. */
export type ReadBlock = (hash: Bytes32, number: bigint, signal?: AbortSignal) => Promise<ProvenBlock | undefined>;

const MAX_CALLS = 100;

/**
 * Reads blocks for evidence, beside the sync room and through the same endpoints. That a node has no such block is an
 * answer and no failure of it: a block that a reorg dropped is asked for like any other.
 */
export function createReadBlock(client: RpcClient, encoding: Encoding): ReadBlock {
  return async (hash, number, signal) => {
    const wanted = toHex(hash);
    const calls = [
      { method: "eth_getBlockByHash", params: [wanted, true] },
      { method: "eth_getBlockReceipts", params: [wanted] },
    ];
    const accept: Accept<ProvenBlock | undefined> = ([block, receipts]) =>
      taken(wanted, resultOf(block as Outcome), () => resultOf(receipts as Outcome), encoding);
    const everywhere = async (): Promise<ProvenBlock | undefined> => {
      const found = await client.ask(calls, accept, { signal, block: number });
      if (found !== undefined || client.endpoints.length === 1) return found;
      return (await client.askEach(calls, accept, { signal })).find(({ value }) => value !== undefined)?.value;
    };
    try {
      return await everywhere();
    } catch (error) {
      if (!isUnsupported(error)) throw error;
      return oneByOne(client, wanted, number, encoding, signal);
    }
  };
}

function taken(hash: string, block: unknown, receipts: () => unknown, encoding: Encoding): ProvenBlock | undefined {
  if (block === null || block === undefined) return undefined;
  // Some keep a dropped block and not its receipts.
  const given = receipts();
  return given === null || given === undefined
    ? undefined
    : proveBlock(hash, asObject(block, "a block"), given, encoding);
}

/** Where no endpoint serves receipts by block. Of a block that was dropped they are those of another one, or none. */
async function oneByOne(
  client: RpcClient,
  hash: string,
  number: bigint,
  encoding: Encoding,
  signal: AbortSignal | undefined,
): Promise<ProvenBlock | undefined> {
  const options = { signal, block: number };
  const block = await client.ask(
    [{ method: "eth_getBlockByHash", params: [hash, true] }],
    ([outcome]) => resultOf(outcome as Outcome),
    options,
  );
  if (block === null || block === undefined) return undefined;
  const transactions = asList(asObject(block, "a block")["transactions"], "transactions");
  const calls = transactions.map((each): Call => ({ method: "eth_getTransactionReceipt", params: [hashOf(each)] }));
  const receipts: unknown[] = [];
  for (let i = 0; i < calls.length; i += MAX_CALLS)
    receipts.push(...(await client.ask(calls.slice(i, i + MAX_CALLS), (outcomes) => outcomes.map(resultOf), options)));
  const ofBlock = (receipt: unknown): boolean =>
    typeof receipt === "object" &&
    receipt !== null &&
    "blockHash" in receipt &&
    String(receipt.blockHash).toLowerCase() === hash;
  return receipts.every(ofBlock) ? taken(hash, block, () => receipts, encoding) : undefined;
}
