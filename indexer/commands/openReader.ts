import type { ChainConfig } from "../config/config.ts";
import type { Encoding } from "../evidence/encodings.ts";
import type { Address } from "../grants/bytes.ts";
import { type ChainReader, createChainReader } from "../rpc/chainReader.ts";
import { openClient } from "../rpc/connect.ts";
import { observing } from "../rpc/observer.ts";

/** A chain as these endpoints show it, for as long as the work takes. */
export async function withReader<T>(
  chain: Pick<ChainConfig, "chainId" | "rpc"> & {
    readonly contracts: readonly Address[];
    /** Where headers are to be hashed and receipts to be rebuilt. */
    readonly encoding?: Encoding;
  },
  work: (reader: ChainReader) => Promise<T>,
): Promise<T> {
  const client = openClient(chain, observing());
  try {
    return await work(createChainReader(client, chain.contracts, { encoding: chain.encoding }));
  } finally {
    await client.close();
  }
}
