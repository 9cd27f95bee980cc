import { CLAIMS_FORGERIES } from "./claims.ts";
import { CONTRACT_FORGERIES } from "./contract.ts";
import type { Forgeries } from "./forging.ts";
import { HEADER_FORGERIES } from "./header.ts";
import { LOG_FORGERIES } from "./log.ts";
import { PROOF_FORGERIES } from "./proof.ts";
import { RECEIPT_FORGERIES } from "./receipt.ts";
import { SHAPE_FORGERIES } from "./shape.ts";
import { STATEMENT_FORGERIES } from "./statement.ts";
import { TEXT_FORGERIES } from "./text.ts";
import { TRANSACTION_FORGERIES } from "./transaction.ts";

/** Every kind of forgery there is. */
export const ALL: Forgeries = {
  ...TEXT_FORGERIES,
  ...SHAPE_FORGERIES,
  ...HEADER_FORGERIES,
  ...PROOF_FORGERIES,
  ...RECEIPT_FORGERIES,
  ...TRANSACTION_FORGERIES,
  ...LOG_FORGERIES,
  ...CONTRACT_FORGERIES,
  ...STATEMENT_FORGERIES,
  ...CLAIMS_FORGERIES,
};
