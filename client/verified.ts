/** What checking evidence and receipts gives: docs/EVIDENCE.md and docs/AUTHZEN.md say what each part means. */

/** Why evidence is refused. */
export type EvidenceFault =
  | "TOO_LARGE"
  | "NOT_UTF8"
  | "NOT_JSON"
  | "TOO_DEEP"
  | "FORBIDDEN_KEY"
  | "AMBIGUOUS_JSON"
  | "NOT_A_BUNDLE"
  | "UNKNOWN_VERSION"
  | "SHAPE"
  | "DIGEST"
  | "HEADER_ENCODING"
  | "HEADER_FIELDS"
  | "BLOCK_HASH"
  | "BLOCK_FACTS"
  | "RECEIPT_PROOF"
  | "RECEIPT_BYTES"
  | "RECEIPT_ENCODING"
  | "RECEIPT_TYPE"
  | "RECEIPT_STATUS"
  | "BLOOM"
  | "TRANSACTION_PROOF"
  | "TRANSACTION"
  | "LOG_INDEX"
  | "LOG"
  | "CHAIN"
  | "CONTRACT"
  | "CREATION"
  | "EVENT_KIND"
  | "EVENT_SIGNATURE"
  | "EVENT_FIELDS"
  | "EVENT_RECORD"
  | "CREDENTIAL"
  | "CLAIMS";

/** Why a receipt is refused. */
export type ReceiptFault = "NOT_JSON" | "NOT_A_RECEIPT" | "BAD_SIGNATURE" | "OTHER_SIGNER";

export type VerificationCode =
  | EvidenceFault
  | ReceiptFault
  /** Good evidence of something else: not the chain or the contract expected, or the node has another block. */
  | "CONTRADICTED"
  /** The node that was to be asked did not say. Nothing is known of the evidence. */
  | "NODE_UNREACHABLE";

/** It is not what it claims to be, or could not be checked. */
export class VerificationError extends Error {
  override readonly name = "VerificationError";
  readonly code: VerificationCode;

  constructor(code: VerificationCode, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.code = code;
  }
}

/** What whoever checks evidence knows from elsewhere. */
export interface EvidenceExpectations {
  /** CAIP-2, `eip155:1`. */
  readonly chain?: string;
  readonly contract?: string;
  /** URL of a node that is trusted: it is asked whether the block is in its chain. Nothing is asked of anybody without it. */
  readonly rpc?: string;
}

/** Evidence that is what it claims to be. */
export interface VerifiedEvidence {
  /** CAIP-2. */
  readonly chain: string;
  readonly block: { readonly hash: string; readonly number: string; readonly time: string };
  /** Place of the log in its receipt, and of the receipt in the block. */
  readonly log: { readonly index: number; readonly address: string };
  readonly receipt: { readonly index: number };
  readonly event: {
    readonly kind: string;
    readonly signature: string | null;
    /** Of the signature: the log's first topic. */
    readonly topic: string | null;
    /** Integers as decimals, everything else as hex. */
    readonly fields: readonly { readonly name: string; readonly type: string; readonly value: string }[];
    readonly record: Readonly<Record<string, string>> | null;
  };
  /** The word of the server that made it, and no more. */
  readonly claims: {
    readonly transactionHash: string;
    readonly logIndexInBlock: number;
    readonly sequenceNumber: string;
    readonly verification: "RANGED" | "LINKED" | "VERIFIED";
    readonly verifiedAt: string | null;
    readonly finality: "LATEST" | "SAFE" | "FINALIZED" | null;
    readonly learnedAt: string;
    readonly retractedAt: string | null;
    readonly statedAt: string;
  };
  /** In words, by hashes alone; and what the node confirmed. */
  readonly proven: readonly string[];
  /** In words: what follows from none of it. */
  readonly notProven: readonly string[];
}

/** A check that its signer stands for, every field of which is signed. Integers are decimal digits, and empty text is none. */
export interface VerifiedReceipt {
  readonly question: {
    readonly credential: string;
    readonly grantee: string;
    readonly purpose: string;
    readonly use: string;
    readonly chain: string;
    readonly at: string;
    readonly knownAt: string;
    readonly atLeast: string;
    readonly finality: string;
    readonly maxLag: string;
    readonly requireAnchor: boolean;
  };
  readonly answer: {
    readonly decision: string;
    readonly state: string;
    readonly reason: string;
    readonly decidedBy: string;
    readonly explanation: string;
    readonly purpose: string;
    readonly validUntil: string;
    readonly clock: string;
    readonly knownAt: string;
    readonly signedAt: string;
  };
  readonly evaluatedAt: readonly {
    readonly chain: string;
    readonly status: string;
    readonly verification: string;
    readonly time: string;
    readonly block: string;
    readonly blockHash: string;
    readonly finality: string;
  }[];
  readonly signer: string;
  readonly signature: string;
}
