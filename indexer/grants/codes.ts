import type { Purpose } from "./ids.ts";

/**
 * Names of the codes in grants and events: the tables of docs/CODES.md, which say what each means. A test holds the two
 * together. The contract accepts every code, so one without a name here is no error: it is shown as its number.
 */

export const PURPOSES: ReadonlyMap<number, string> = new Map([
  [0, "NONE"],
  [1, "CUSTOMER_DUE_DILIGENCE"],
  [2, "ENHANCED_DUE_DILIGENCE"],
  [3, "TRANSACTION_MONITORING"],
  [4, "SANCTIONS_SCREENING"],
  [5, "FRAUD_PREVENTION"],
  [6, "TRAVEL_RULE"],
  [7, "TAX_REPORTING"],
  [8, "AGE_VERIFICATION"],
  [9, "CREDIT_ASSESSMENT"],
  [10, "SUITABILITY_ASSESSMENT"],
  [11, "SERVICE_PROVISION"],
  [12, "ACCOUNT_RECOVERY"],
  [13, "AUDIT"],
  [14, "DISPUTE_RESOLUTION"],
]);

export const LEGAL_BASES: ReadonlyMap<number, string> = new Map([
  [0, "UNSPECIFIED"],
  [1, "CONSENT"],
  [2, "CONTRACT"],
  [3, "LEGAL_OBLIGATION"],
  [4, "VITAL_INTERESTS"],
  [5, "PUBLIC_TASK"],
  [6, "LEGITIMATE_INTERESTS"],
]);

export const REASONS: ReadonlyMap<number, string> = new Map([
  [0, "UNSPECIFIED"],
  [1, "CONSENT_WITHDRAWN"],
  [2, "RELATIONSHIP_ENDED"],
  [3, "PURPOSE_FULFILLED"],
  [4, "GRANTED_IN_ERROR"],
  [5, "SUPERSEDED"],
  [6, "SECURITY"],
  [7, "RECORDS_ERASED"],
]);

/** Why an issuer or a holder took a credential back. */
export const CREDENTIAL_REASONS: ReadonlyMap<number, string> = new Map([
  [0, "UNSPECIFIED"],
  [1, "ISSUED_IN_ERROR"],
  [2, "CONTENT_OUTDATED"],
  [3, "REPLACED"],
  [4, "HOLDER_REQUEST"],
  [5, "NO_LONGER_VERIFIED"],
  [6, "SECURITY"],
  [7, "CONTENT_ERASED"],
]);

/** Why the governance changed the status of an entity. */
export const ENTITY_REASONS: ReadonlyMap<number, string> = new Map([
  [0, "UNSPECIFIED"],
  [1, "OWN_REQUEST"],
  [2, "ACCREDITATION_ENDED"],
  [3, "UNDER_REVIEW"],
  [4, "REVIEW_COMPLETED"],
  [5, "BREACH_OF_DUTY"],
  [6, "SECURITY"],
  [7, "CEASED_TO_EXIST"],
  [8, "REGISTERED_IN_ERROR"],
]);

/** A purpose within a sentence: `customer due diligence`, or `purpose 40000` where the table has no name. */
export function purposeWords(purpose: Purpose): string {
  const name = purpose === 0 ? undefined : PURPOSES.get(purpose);
  return name === undefined ? `purpose ${purpose}` : name.toLowerCase().replaceAll("_", " ");
}
