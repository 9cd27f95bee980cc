import type { Address } from "../../grants/bytes.ts";
import type { ApiRole } from "../../ledger/keys/keyTable.ts";

/** Who asks. */
export type Caller =
  /** No keys are asked for: everybody may ask everything about the ledger. */
  | { readonly role: "ANYBODY" }
  /** Keys are asked for, and there is none: may be shown a page, and nothing of the ledger. */
  | { readonly role: "NOBODY" }
  | KeyCaller;

/** Who showed a key. */
export type KeyCaller = { readonly keyId: number } & (
  | { readonly role: "INSTITUTION"; readonly account: Address }
  | { readonly role: Exclude<ApiRole, "INSTITUTION"> }
);

export const ANYBODY: Caller = { role: "ANYBODY" };
export const NOBODY: Caller = { role: "NOBODY" };
