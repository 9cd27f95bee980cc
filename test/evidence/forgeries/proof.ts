import { bundleOf, goodBundle, goodReceipts, makeBlock, PLACE } from "../madeBlock.ts";
import { altered, type Forgeries, GOOD, invented, leafOf, otherDigit, proofOf, withRoot } from "./forging.ts";

/** Proofs that lead elsewhere, or nowhere. */
export const PROOF_FORGERIES: Forgeries = {
  "the proof of another place": [
    "RECEIPT_PROOF",
    () =>
      [0, 1, 127, 128, 130, 149].map((index) =>
        altered(({ receipt }) => {
          receipt.proof = proofOf(index);
        }),
      ),
  ],
  "another place, and the proof of the right one": [
    "RECEIPT_PROOF",
    () =>
      [0, 1, 127, 128, 130, 149].map((index) =>
        altered(({ receipt }) => {
          receipt.index = index;
        }),
      ),
  ],
  "a proof that there is nothing, given as one that there is something": [
    "RECEIPT_PROOF",
    () =>
      [150, 151, 255, 256, 65_536].flatMap((index) =>
        [1, 2, 3].map((nodes) =>
          altered(({ receipt }) => {
            receipt.index = index;
            receipt.proof = proofOf(149).slice(0, nodes);
          }),
        ),
      ),
  ],
  "a node too many": [
    "RECEIPT_PROOF",
    () => [
      altered(({ receipt }) => void receipt.proof.push(receipt.proof[0] ?? "0x")),
      altered(({ receipt }) => void receipt.proof.push("0x80")),
      altered(({ receipt }) => void receipt.proof.unshift("0x80")),
    ],
  ],
  "a node too few": [
    "RECEIPT_PROOF",
    () => GOOD.receipt.proof.map((_, i) => altered(({ receipt }) => void receipt.proof.splice(i, 1))),
  ],
  "nodes in another order": ["RECEIPT_PROOF", () => altered(({ receipt }) => void receipt.proof.reverse())],
  "an altered node": [
    "RECEIPT_PROOF",
    () =>
      GOOD.receipt.proof.map((_, i) =>
        altered(({ receipt }) => {
          receipt.proof[i] = otherDigit(receipt.proof[i] ?? "");
        }),
      ),
  ],
  "a byte after a node": [
    "RECEIPT_PROOF",
    () =>
      GOOD.receipt.proof.map((_, i) =>
        altered(({ receipt }) => {
          receipt.proof[i] += "00";
        }),
      ),
  ],
  "a made-up root whose nodes are not well formed": [
    "RECEIPT_PROOF",
    () => [`${leafOf("20")}00`, "c0", "80", leafOf("40"), leafOf("20").slice(0, -2)].map(withRoot),
  ],
  "a receipt out of another block": [
    "RECEIPT_PROOF",
    () =>
      altered(({ receipt }) => {
        const other = bundleOf(makeBlock({ receipts: goodReceipts().slice(0, 140) }), PLACE.receipt, PLACE.log);
        receipt.proof = [...other.receipt.proof];
      }),
  ],
  "the root of the transactions taken for that of the receipts": [
    "RECEIPT_PROOF",
    () => {
      const { header } = goodBundle().block;
      return invented({
        header: { transactionsRoot: header["receiptsRoot"] ?? "", receiptsRoot: header["transactionsRoot"] ?? "" },
      });
    },
  ],
  "a receipt that is altered in the proof too": [
    "RECEIPT_PROOF",
    () =>
      altered(({ receipt }) => {
        const other = receipt.rlp.replace(GOOD.log.data.slice(2), otherDigit(GOOD.log.data).slice(2));
        receipt.proof = receipt.proof.map((node) => node.replace(receipt.rlp.slice(2), other.slice(2)));
        receipt.rlp = other;
      }),
  ],
};
