import type { z } from "zod";
import type { ReceiptKey } from "../../receipts/receiptKey.ts";
import type { Metadata } from "./schemas.ts";

export const EVALUATION_PATH = "/access/v1/evaluation";
export const EVALUATIONS_PATH = "/access/v1/evaluations";
export const METADATA_PATH = "/.well-known/authzen-configuration";

/** What a caller finds out about this decision point. @param url where it is reached, without a slash at the end. */
export const metadataOf = (url: string, key: ReceiptKey | undefined): z.infer<typeof Metadata> => ({
  policy_decision_point: url,
  access_evaluation_endpoint: `${url}${EVALUATION_PATH}`,
  access_evaluations_endpoint: `${url}${EVALUATIONS_PATH}`,
  ...(key === undefined ? {} : { grantledger_receipt_signer: key.address }),
});
