import { rlpList } from "../../../indexer/evidence/rlpDigits.ts";
import { goodBlock, goodReceipts, ourLog, PLACE } from "../madeBlock.ts";
import { altered, type Forgeries, goodReceipt, invented, madeUp, otherDigit } from "./forging.ts";

/** Receipts that the block does not have, there or at all. */
export const RECEIPT_FORGERIES: Forgeries = {
  "another receipt than the proven one": [
    "RECEIPT_BYTES",
    () =>
      [0, 130, 132].map((index) =>
        altered(({ receipt }) => {
          receipt.rlp = `0x${goodBlock().receipts[index]}`;
        }),
      ),
  ],
  "an altered receipt": [
    "RECEIPT_BYTES",
    () => [
      altered(({ receipt }) => {
        receipt.rlp = otherDigit(receipt.rlp);
      }),
      altered(({ receipt }) => {
        receipt.rlp += "00";
      }),
    ],
  ],
  "another type of the receipt": [
    "RECEIPT_TYPE",
    () =>
      ["0x0", "0x1", "0x7e"].map((type) =>
        altered(({ receipt }) => {
          receipt.type = type;
        }),
      ),
  ],
  "a type of receipt that the chain does not have": [
    "RECEIPT_ENCODING",
    () => ["05", "7e", "00", "bf", "7f"].map((type) => madeUp(type + goodReceipt().slice(2))),
  ],
  "a made-up receipt with bytes after it": ["RECEIPT_ENCODING", () => madeUp(`${goodReceipt()}00`)],
  "a made-up receipt that is not canonical": ["RECEIPT_ENCODING", () => madeUp(`02fa00${goodReceipt().slice(4)}`)],
  "a made-up receipt with more or fewer fields": [
    "RECEIPT_ENCODING",
    () => [madeUp(`02${rlpList("01")}`), madeUp(`02${rlpList("01".repeat(6))}`), madeUp("02"), madeUp("0280")],
  ],
  "another encoding": [
    "RECEIPT_ENCODING",
    () =>
      invented(
        {
          encoding: "op",
          receipts: goodReceipts().with(PLACE.receipt, {
            type: "0x7e",
            logs: [ourLog("AccessGrants", "Granted"), ourLog("AccessGrants", "Granted")],
          }),
        },
        (draft) => {
          draft.encoding = "ethereum";
        },
      ),
  ],
  "logs of a transaction that failed": [
    "RECEIPT_STATUS",
    () =>
      invented({
        receipts: goodReceipts().with(PLACE.receipt, {
          status: "0x0",
          logs: goodReceipts()[PLACE.receipt]?.logs ?? [],
        }),
      }),
  ],
  "a receipt whose bloom filter is not that of its logs": [
    "BLOOM",
    () =>
      ["00", "ff"].map((byte) =>
        invented({
          receipts: goodReceipts().with(PLACE.receipt, {
            logsBloom: `0x${byte.repeat(256)}`,
            logs: goodReceipts()[PLACE.receipt]?.logs ?? [],
          }),
        }),
      ),
  ],
  "a block whose bloom filter leaves the log out": [
    "BLOOM",
    () => invented({ header: { logsBloom: `0x${"00".repeat(256)}` } }),
  ],
};
