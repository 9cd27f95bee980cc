import type { AbiValue, EventAbi } from "../evidence/abi.ts";
import { ENTITY_EVENTS, GOVERNANCE_EVENTS } from "../evidence/registryEvents.ts";
import { toAddress, toHex } from "../grants/bytes.ts";
import { checksum } from "../grants/caip.ts";
import { decodeRaw } from "../ledger/decode.ts";
import type { GrantEvent, HoldChange } from "../ledger/decodeGrant.ts";
import type { CredentialEvent, EntityDetails, EntityEvent, GovernanceEvent } from "../ledger/decodeRegistry.ts";
import type { EventFacts, EventKind } from "./read/event.ts";
import { saidText } from "./saidText.ts";

/** What an event says beyond its columns, read from its bytes when it is shown. */

/** A value of an event or call, by its name and Solidity type, as text. */
export interface NamedValue {
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

/** A change of the governance, or an operation of it. */
export interface Governance {
  readonly event: EventFacts;
  readonly name: string;
  readonly values: GovernanceEvent["values"];
  readonly arguments: readonly NamedValue[];
}

export function holdOf(event: EventFacts): HoldChange | null {
  if (event.kind !== "HELD" && event.kind !== "HOLD_LIFTED") return null;
  return decoded<GrantEvent>(event, "AccessGrants")?.hold ?? null;
}

export function credentialChangeOf(event: EventFacts): CredentialEvent | null {
  if (!event.kind.startsWith("CREDENTIAL_")) return null;
  return decoded<CredentialEvent>(event, "CredentialRegistry") ?? null;
}

export function entityDetailsOf(event: EventFacts): EntityDetails | null {
  if (event.kind !== "ENTITY_REGISTERED" && event.kind !== "ENTITY_AMENDED") return null;
  return decoded<EntityEvent>(event, "EntityRegistry")?.details ?? null;
}

const GOVERNANCE_KINDS: ReadonlySet<EventKind> = new Set([
  "OPERATION_SCHEDULED",
  "OPERATION_EXECUTED",
  "OPERATION_CANCELED",
  "GOVERNANCE_CHANGED",
]);

export function governanceOf(event: EventFacts): Governance | null {
  if (!GOVERNANCE_KINDS.has(event.kind) || event.raw === null) return null;
  // The registry too says something of its governance: that another contract governs it now.
  const topic = toHex(event.raw.topics.subarray(0, 32));
  const registry = ENTITY_EVENTS.get(topic);
  const known = registry ?? GOVERNANCE_EVENTS.get(topic);
  const said = decoded<GovernanceEvent>(event, registry === undefined ? "AccessManager" : "EntityRegistry");
  if (known === undefined || said === undefined) return null;
  return { event, name: said.name, values: said.values, arguments: namedValues(known.abi, said.values) };
}

/** The ledger decoded these very bytes before it gave the event its kind. */
function decoded<Event>(event: EventFacts, contract: Parameters<typeof decodeRaw>[0]): Event | undefined {
  if (event.raw === null) return undefined;
  const said = decodeRaw(contract, event.raw);
  return said.kind === event.kind ? (said as Event) : undefined;
}

function namedValues(abi: EventAbi, values: GovernanceEvent["values"]): NamedValue[] {
  return [...abi.indexed, ...abi.inData].flatMap(({ name, type }) => {
    const value = values[name];
    return value === undefined ? [] : [{ name, type, value: valueText(type, value) }];
  });
}

function valueText(type: string, value: AbiValue): string {
  if (!(value instanceof Uint8Array)) return String(value);
  if (type === "address") return checksum(toAddress(value));
  return type === "string" ? saidText(value) : toHex(value);
}
