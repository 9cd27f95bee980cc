import { Transaction } from "ethers";
import type { Random } from "../../support/random.ts";

/** Transactions, minimal but whole: of each type that a node serves, signed by nobody we know. */

export interface SentTransaction {
  readonly type: number;
  readonly hash: string;
  readonly from: string;
  readonly to: string;
  readonly serialized: string;
}

const SECP256K1_HALF = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;
const TYPES = [0, 1, 2, 2, 2, 3, 4] as const;

export function anyTransaction(random: Random, chainId: bigint, to: string): SentTransaction {
  const type = random.pick(TYPES);
  const transaction = new Transaction();
  transaction.type = type;
  transaction.chainId = chainId;
  transaction.nonce = random.int(2 ** 31);
  transaction.gasLimit = 500_000n;
  transaction.to = to;
  transaction.data = Buffer.from(random.bytes(4)).toString("hex").padStart(10, "0x");
  if (type < 2) transaction.gasPrice = 10n ** 9n;
  else {
    transaction.maxFeePerGas = 10n ** 9n;
    transaction.maxPriorityFeePerGas = 1n;
  }
  if (type === 3) {
    transaction.maxFeePerBlobGas = 1n;
    transaction.blobVersionedHashes = [`0x01${"11".repeat(31)}`];
  }
  const number = (): string => `0x${Buffer.from(random.bytes(31)).toString("hex").padStart(64, "0")}`;
  if (type === 4)
    transaction.authorizationList = [
      { chainId, address: to, nonce: 0n, signature: { r: number(), s: number(), v: 27 } as never },
    ];
  const s = BigInt(number()) % SECP256K1_HALF;
  transaction.signature = { r: number(), s: `0x${s.toString(16).padStart(64, "0")}`, v: 27 + random.int(2) };
  const { hash, serialized } = transaction;
  if (hash === null) throw new Error("the transaction is not signed");
  return { type, hash, serialized, to, from: `0x${Buffer.from(random.bytes(20)).toString("hex")}` };
}
