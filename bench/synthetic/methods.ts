import { gasUsedOf, hexOf, logsOfBlock, quantity, timeOf, transactionHashOf } from "./block.ts";
import type { SyntheticChain } from "./chain.ts";
import { CONTRACT } from "./events.ts";
import type { SyntheticLog } from "./logs.ts";

export interface Call {
  readonly id: number | string;
  readonly method: string;
  readonly params: readonly unknown[];
}

interface Filter {
  readonly fromBlock?: string;
  readonly toBlock?: string;
  readonly blockHash?: string;
  readonly address?: string | readonly string[];
}

/** How many blocks the chain is behind its head with what it calls safe and final, as Anvil with epochs of four. */
const SAFE_DEPTH = 4;
const FINAL_DEPTH = 8;
const ADDRESS = hexOf(CONTRACT);

/** The answer to a call as JSON text, in pieces. */
export function* answer(
  chain: SyntheticChain,
  chainId: bigint,
  { id, method, params }: Call,
): Generator<string | Buffer> {
  yield `{"jsonrpc":"2.0","id":${JSON.stringify(id)},`;
  switch (method) {
    case "eth_chainId":
      yield `"result":"${quantity(chainId)}"}`;
      return;
    case "eth_blockNumber":
      yield `"result":"${quantity(chain.head)}"}`;
      return;
    case "eth_getBlockByNumber":
      yield* found(chain.header(numberOf(chain, String(params[0]))));
      return;
    case "eth_getBlockByHash":
      yield* found(chain.header(chain.numberOf(String(params[0])) ?? -1));
      return;
    case "eth_getLogs":
      yield* inRange(chain, params[0] as Filter);
      return;
    case "eth_getBlockReceipts":
      yield* receipts(chain, String(params[0]));
      return;
    default:
      yield `"error":{"code":-32601,"message":"the method ${JSON.stringify(method).slice(1, -1)} does not exist"}}`;
  }
}

function* found(header: Buffer | undefined): Generator<string | Buffer> {
  yield '"result":';
  yield header ?? "null";
  yield "}";
}

function* inRange(chain: SyntheticChain, { fromBlock, toBlock, blockHash, address }: Filter): Generator<string> {
  const one = blockHash === undefined ? undefined : chain.numberOf(blockHash);
  if (blockHash !== undefined && one === undefined) {
    yield '"error":{"code":-32000,"message":"unknown block"}}';
    return;
  }
  const from = one ?? numberOf(chain, fromBlock ?? "latest");
  const to = one ?? numberOf(chain, toBlock ?? "latest");
  yield '"result":[';
  const wanted = address === undefined || [address].flat().some((text) => text.toLowerCase() === ADDRESS);
  let first = true;
  for (let block = from; wanted && block <= Math.min(to, chain.head); block++) {
    const logs = logsText(chain, block);
    if (logs === "") continue;
    yield first ? logs : `,${logs}`;
    first = false;
  }
  yield "]}";
}

function* receipts(chain: SyntheticChain, of: string): Generator<string> {
  const block = of.length === 66 ? chain.numberOf(of) : numberOf(chain, of);
  const header = block === undefined ? undefined : chain.header(block);
  if (block === undefined || header === undefined) {
    yield '"result":null}';
    return;
  }
  const logs = logsText(chain, block);
  if (logs === "") {
    yield '"result":[]}';
    return;
  }
  const { logsBloom } = JSON.parse(header.toString()) as { logsBloom: string };
  const gas = quantity(gasUsedOf(block, chain.size));
  const fields = {
    ...{ type: "0x2", status: "0x1", cumulativeGasUsed: gas, gasUsed: gas, effectiveGasPrice: "0x7", logsBloom },
    ...{ transactionHash: hexOf(transactionHashOf(block)), transactionIndex: "0x0", contractAddress: null },
    ...{ blockHash: chain.hash(block), blockNumber: quantity(block) },
    ...{ from: `0x${"0".repeat(40)}`, to: ADDRESS },
  };
  yield `"result":[${JSON.stringify(fields).slice(0, -1)},"logs":[${logs}]}]}`;
}

function numberOf({ head }: SyntheticChain, tag: string): number {
  if (tag === "latest" || tag === "pending") return head;
  if (tag === "safe") return Math.max(0, head - SAFE_DEPTH);
  if (tag === "finalized") return Math.max(0, head - FINAL_DEPTH);
  return tag === "earliest" ? 0 : Number(tag);
}

/** The logs of a block as JSON, with commas between them. */
function logsText(chain: SyntheticChain, block: number): string {
  const place =
    `"blockHash":"${chain.hash(block)}","blockNumber":"${quantity(block)}",` +
    `"blockTimestamp":"${quantity(timeOf(block))}","transactionHash":"${hexOf(transactionHashOf(block))}",` +
    '"transactionIndex":"0x0","removed":false';
  return logsOfBlock(block, chain.size)
    .map((log, i) => logText(log, i, place))
    .join(",");
}

function logText({ topics, data }: SyntheticLog, index: number, place: string): string {
  const shown = topics.map((topic) => `"0x${topic.toString("hex")}"`).join(",");
  return `{"address":"${ADDRESS}","topics":[${shown}],"data":"0x${data.toString("hex")}",${place},"logIndex":"${quantity(index)}"}`;
}
