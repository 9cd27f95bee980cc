import { EvidenceError } from "./errors.ts";

/** Why a bundle is not what it claims to be: a stable code for each way. docs/EVIDENCE.md says what each means. */
export const REASONS = [
  ...(["TOO_LARGE", "NOT_UTF8", "NOT_JSON", "TOO_DEEP", "FORBIDDEN_KEY", "AMBIGUOUS_JSON"] as const),
  ...(["NOT_A_BUNDLE", "UNKNOWN_VERSION", "SHAPE", "DIGEST"] as const),
  ...(["HEADER_ENCODING", "HEADER_FIELDS", "BLOCK_HASH", "BLOCK_FACTS"] as const),
  ...(["RECEIPT_PROOF", "RECEIPT_BYTES", "RECEIPT_ENCODING", "RECEIPT_TYPE", "RECEIPT_STATUS", "BLOOM"] as const),
  ...(["TRANSACTION_PROOF", "TRANSACTION"] as const),
  ...(["LOG_INDEX", "LOG", "CHAIN", "CONTRACT", "CREATION"] as const),
  ...(["EVENT_KIND", "EVENT_SIGNATURE", "EVENT_FIELDS", "EVENT_RECORD", "CREDENTIAL", "CLAIMS"] as const),
] as const;
export type Reason = (typeof REASONS)[number];

/** A bundle is refused, for this reason. */
export class Rejection extends EvidenceError {
  readonly reason: Reason;

  constructor(reason: Reason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** What `check` gives; what it finds wrong with the evidence is said to be wrong for this reason. */
export function rejecting<T>(reason: Reason, check: () => T): T {
  try {
    return check();
  } catch (cause) {
    if (cause instanceof Rejection || !(cause instanceof EvidenceError)) throw cause;
    throw new Rejection(reason, cause.message, { cause });
  }
}
