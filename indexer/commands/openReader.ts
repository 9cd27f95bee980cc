import type { Address } from "../grants/bytes.ts";
import { type ChainReader, createChainReader } from "../rpc/chainReader.ts";
import { RpcClient } from "../rpc/client.ts";
import { Endpoint } from "../rpc/endpoint.ts";

const RPC_TIMEOUT_MS = 20_000;

/** A chain as these endpoints show it, for as long as the work takes. */
export async function withReader<T>(
  chain: { readonly chainId: bigint; readonly rpc: readonly string[]; readonly contracts: readonly Address[] },
  work: (reader: ChainReader) => Promise<T>,
): Promise<T> {
  const { chainId, rpc, contracts } = chain;
  const client = new RpcClient(rpc.map((url) => new Endpoint(url, { chainId, timeoutMs: RPC_TIMEOUT_MS })));
  try {
    return await work(createChainReader(client, contracts));
  } finally {
    await client.close();
  }
}
