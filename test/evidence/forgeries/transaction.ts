import { rlpList } from "../../../indexer/evidence/rlpDigits.ts";
import { listProof } from "../../../indexer/evidence/trie.ts";
import { bytes32 } from "../../api/world.ts";
import { CONTRACT, goodBlock, goodReceipts, PLACE } from "../madeBlock.ts";
import { altered, type Draft, type Forgeries, GOOD, invented, madeUpTransaction, otherDigit } from "./forging.ts";

type Transaction = NonNullable<Draft["transaction"]>;

/** The good bundle, its transaction altered. */
const otherwise = (change: (transaction: Transaction) => void): Uint8Array =>
  altered(({ transaction }) => {
    if (transaction !== null) change(transaction);
  });

/** Transactions that the block does not have there, or that are of another chain. */
export const TRANSACTION_FORGERIES: Forgeries = {
  "the proof of another transaction": [
    "TRANSACTION_PROOF",
    () =>
      [0, 127, 128, 149].map((index) =>
        otherwise((transaction) => {
          transaction.proof = otherTransaction(index).proof;
        }),
      ),
  ],
  "a node of a transaction's proof too many, too few, altered": [
    "TRANSACTION_PROOF",
    () => [
      otherwise(({ proof }) => void proof.push("0x80")),
      otherwise(({ proof }) => void proof.pop()),
      otherwise((transaction) => {
        transaction.proof = transaction.proof.map(otherDigit);
      }),
    ],
  ],
  "the receipt's proof in place of the transaction's": [
    "TRANSACTION_PROOF",
    () =>
      otherwise((transaction) => {
        transaction.proof = [...GOOD.receipt.proof];
        transaction.rlp = GOOD.receipt.rlp;
      }),
  ],
  "another transaction than the proven one": [
    "TRANSACTION",
    () => [
      otherwise((transaction) => {
        transaction.rlp = otherTransaction(130).rlp;
      }),
      otherwise((transaction) => {
        transaction.rlp = otherDigit(transaction.rlp);
      }),
    ],
  ],
  "another hash of the transaction": [
    "TRANSACTION",
    () => [
      otherwise((transaction) => {
        transaction.hash = bytes32(1);
      }),
      altered(({ claims }) => {
        claims.transactionHash = bytes32(1);
      }),
      altered(({ claims, transaction }) => {
        claims.transactionHash = bytes32(1);
        if (transaction !== null) transaction.hash = bytes32(1);
      }),
    ],
  ],
  "another chain that it was signed for": [
    "TRANSACTION",
    () =>
      ["eip155:1", null].map((chain) =>
        otherwise((transaction) => {
          transaction.signedFor = chain;
        }),
      ),
  ],
  "the chain renamed throughout": [
    "CHAIN",
    () =>
      altered((draft) => {
        draft.chain = "eip155:1";
        draft.contract.account = `eip155:1:${CONTRACT}`;
      }),
  ],
  "a made-up block with a transaction of another chain": [
    "CHAIN",
    () =>
      ["0x0", "0x1", "0x2", "0x3", "0x4"].map((type) =>
        invented({
          transactions: { chainId: "0x1", v: "0x25" },
          receipts: goodReceipts().with(PLACE.receipt, { type, logs: goodReceipts()[PLACE.receipt]?.logs ?? [] }),
        }),
      ),
  ],
  "a made-up transaction that is none": [
    "TRANSACTION",
    () =>
      [
        "02",
        "0280",
        `02${rlpList("01")}`,
        `05${rlpList("01")}`,
        `02${rlpList("80".repeat(12))}00`,
        rlpList("c0".repeat(9)),
      ].map(madeUpTransaction),
  ],
  "a made-up transaction of another type than its receipt": [
    "TRANSACTION",
    () => madeUpTransaction(`01${rlpList(`82a4b1${"80".repeat(10)}`)}`),
  ],
};

function otherTransaction(index: number): Pick<Transaction, "rlp" | "proof"> {
  const { transactions = [] } = goodBlock();
  return {
    rlp: `0x${transactions[index]}`,
    proof: listProof(transactions, index).map((node) => `0x${node}`),
  };
}
