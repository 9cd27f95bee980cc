import type { EventAbi } from "./abi.ts";
import { GRANT_EVENTS } from "./grantEvents.ts";
import { CREDENTIAL_EVENTS, ENTITY_EVENTS, GOVERNANCE_EVENTS, type Known } from "./registryEvents.ts";

/** The contracts of the suite, and what each can say. */
export const SUITE_CONTRACTS = ["AccessGrants", "CredentialRegistry", "EntityRegistry", "AccessManager"] as const;
export type SuiteContract = (typeof SUITE_CONTRACTS)[number];

const grantEvents = new Map(
  Object.entries(GRANT_EVENTS).map(([kind, abi]: [string, EventAbi]) => [abi.topic, { kind, abi }] as const),
);

/** By lower-case topic 0. */
export const CONTRACT_EVENTS: Readonly<Record<SuiteContract, ReadonlyMap<string, Known<string>>>> = {
  AccessGrants: grantEvents,
  CredentialRegistry: CREDENTIAL_EVENTS,
  EntityRegistry: ENTITY_EVENTS,
  AccessManager: GOVERNANCE_EVENTS,
};
