import type { SignedCheck } from "../../indexer/receipts/receipt.ts";
import { ReceiptKey } from "../../indexer/receipts/receiptKey.ts";

/** A check that was signed, and by whom. */

export const KEY = new ReceiptKey(`${"00".repeat(31)}07`);
export const OTHER = new ReceiptKey(`${"00".repeat(31)}08`);

export const CHECK: SignedCheck = {
  question: {
    credential: `0x${"c1".repeat(32)}`,
    grantee: "0xA4524Eb037e747725817d133A9f970ca8cD92669",
    purpose: "1",
    use: "PURPOSE",
    chain: "",
    at: "",
    knownAt: "",
    atLeast: "eip155:1/17",
    finality: "LATEST",
    maxLag: "",
    requireAnchor: false,
  },
  answer: {
    decision: "DENIED",
    state: "RETAINED",
    reason: "RECORD_KEEPING_ONLY",
    decidedBy: "GRANT",
    explanation: "0xA452…2669 may no longer read this",
    purpose: "1",
    validUntil: "1900000000",
    clock: "1800000000000",
    knownAt: "gUJ4",
    signedAt: "1800000000",
  },
  evaluatedAt: [
    {
      ...{ chain: "eip155:1", status: "LIVE", verification: "VERIFIED", time: "1800000000", block: "17" },
      ...{ blockHash: `0x${"b1".repeat(32)}`, finality: "SAFE" },
    },
    {
      ...{ chain: "eip155:10", status: "LIVE", verification: "LINKED", time: "1800000000", block: "99" },
      ...{ blockHash: `0x${"b2".repeat(32)}`, finality: "LATEST" },
    },
  ],
};
export const RECEIPT = KEY.sign(CHECK);
