import { fromHex } from "../grants/bytes.ts";
import { bloomDigits } from "./bloom.ts";
import type { DecodedReceipt } from "./decodeReceipt.ts";
import { Rejection } from "./rejection.ts";

/**
 * The receipt's bloom filter is that of its logs, and the block's holds it. Both follow from the hash already; a chain whose
 * filters are wrong is none whose encoding is proven here, so a block in which they are is no block of such a chain.
 */
export function verifyBloom(ofBlock: string, { logs, logsBloom }: DecodedReceipt): void {
  if (`0x${bloomDigits(logs)}` !== logsBloom)
    throw new Rejection("BLOOM", "the receipt's bloom filter is not that of its logs");
  const block = fromHex(ofBlock);
  if (fromHex(logsBloom).some((byte, i) => (byte & ~(block[i] ?? 0)) !== 0))
    throw new Rejection("BLOOM", "the block's bloom filter does not hold the receipt's");
}
