import type { Receipt } from "../../receipts/verify.ts";
import { builder } from "../builder.ts";

export const CheckReceipt = builder.objectRef<Receipt>("CheckReceipt").implement({
  description:
    "An answer with its question, signed by this server's key (EIP-712). Whoever keeps it can show later what was answered.",
  fields: (t) => ({
    signer: t.exposeString("signer", {
      description: "Address of the key. Compare it with the one that the operator published.",
    }),
    json: t.string({
      description: "The receipt, to be kept as it is: `npm run verify-receipt` and docs/AUTHZEN.md verify it.",
      resolve: (receipt) => JSON.stringify(receipt),
    }),
  }),
});
