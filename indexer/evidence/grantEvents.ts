import { type EventAbi, parseEvent } from "./abi.ts";

/**
 * The events of `AccessGrants`. All have three indexed fields and begin with the same words of data; a test holds these
 * declarations against the compiled ABI. How they are read fast is ledger/layout.ts.
 */

export type GrantEventKind =
  | "GRANTED"
  | "REVOKED"
  | "RELEASED"
  | "GRANTED_ONWARD"
  | "REVOKED_ONWARD"
  | "SIGNATURES_CANCELLED"
  | "HELD"
  | "HOLD_LIFTED";

const TOPICS = "bytes32 indexed credential, address indexed holder, address indexed grantee";
const NAMED = "address issuer, bytes32 seal, uint16 purpose";

const event = (name: string, rest: string): EventAbi => parseEvent(`${name}(${TOPICS}, ${NAMED}, ${rest})`);

export const GRANT_EVENTS: Readonly<Record<GrantEventKind, EventAbi>> = {
  GRANTED: event("Granted", "uint8 legalBasis, bytes32 record, bytes32 context"),
  REVOKED: event("Revoked", "uint8 reason, bytes32 record"),
  RELEASED: event("Released", "uint8 reason, bytes32 record"),
  GRANTED_ONWARD: event(
    "GrantedOnward",
    "uint8 legalBasis, bytes32 record, bytes32 context, address grantor, uint40 parentGrantedAt",
  ),
  REVOKED_ONWARD: event("RevokedOnward", "uint8 reason, bytes32 record, address grantor"),
  SIGNATURES_CANCELLED: event("SignaturesCancelled", "bytes32 record"),
  HELD: event("Held", "bytes32 record, address authority, uint40 until, bytes32 orderRef, uint40 holdUntil"),
  HOLD_LIFTED: event("HoldLifted", "bytes32 record, address authority, bytes32 orderRef, uint40 holdUntil"),
};
