import { builder } from "../builder.ts";

/** Values are those of read/event.ts. */
export const EventKind = builder.enumType("EventKind", {
  description: "What an event says.",
  values: {
    GRANTED: { description: "The holder granted, extended or renewed access." },
    REVOKED: { description: "The holder ended the access." },
    RELEASED: { description: "The grantee gave the access up." },
    GRANTED_ONWARD: { description: "A grantee passed its own access on, or extended that." },
    REVOKED_ONWARD: { description: "A grantee ended what it had passed on." },
    SIGNATURES_CANCELLED: { description: "The holder made signatures void that were not used. Nothing else changed." },
    HELD: { description: "An authority ordered a legal hold on the records of a grant, or prolonged it." },
    HOLD_LIFTED: { description: "An authority lifted its legal hold." },
    CREDENTIAL_ANCHORED: { description: "The issuer stated that it issued a credential." },
    CREDENTIAL_SUPERSEDED: { description: "The issuer anchored a newer version of a credential." },
    CREDENTIAL_REVOKED: { description: "The issuer took a credential back." },
    CREDENTIAL_WITHDRAWN: { description: "The holder took a credential back." },
    ENTITY_REGISTERED: { description: "A legal person was registered, and is active." },
    ENTITY_AMENDED: { description: "What is said about a legal person changed; its status did not." },
    ENTITY_SUSPENDED: { description: "A legal person may not act for now." },
    ENTITY_REINSTATED: { description: "A legal person may act again." },
    ENTITY_WITHDRAWN: { description: "A legal person may not act any more." },
    OPERATION_SCHEDULED: { description: "The governance announced a change, to be made after a delay." },
    OPERATION_EXECUTED: { description: "An announced change was made." },
    OPERATION_CANCELED: { description: "An announced change was called off." },
    GOVERNANCE_CHANGED: { description: "The governance's own rules changed: roles, delays, targets." },
    UNDECODED: { description: "From one of the indexed contracts, but no event that it can say: kept as it came." },
  },
} as const);
