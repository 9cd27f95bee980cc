import { type AbiValue, type RawEvent, readEvent } from "../evidence/abi.ts";
import {
  CREDENTIAL_EVENTS,
  type CredentialEventKind,
  ENTITY_EVENTS,
  type EntityEventKind,
  GOVERNANCE_EVENTS,
  type GovernanceEventKind,
  type Known,
} from "../evidence/registryEvents.ts";
import {
  type Address,
  type Bytes32,
  type CredentialRef,
  type Seal,
  toAddress,
  toBytes32,
  toCredentialRef,
  toSeal,
} from "../grants/bytes.ts";
import { BugError } from "../ops/errors.ts";

/** An event of `CredentialRegistry`. */
export interface CredentialEvent {
  readonly kind: CredentialEventKind;
  readonly credential: CredentialRef;
  readonly holder: Address;
  readonly issuer: Address;
  readonly seal: Seal;
  /** Of CREDENTIAL_ANCHORED; `replaces` is zero where it replaces none. */
  readonly credentialType: Bytes32 | undefined;
  readonly replaces: CredentialRef | undefined;
  /** Of CREDENTIAL_SUPERSEDED. */
  readonly supersededBy: CredentialRef | undefined;
  /** Of CREDENTIAL_REVOKED and CREDENTIAL_WITHDRAWN. */
  readonly reason: number | undefined;
  /** The packed record after the event, see grants/credentialRecord.ts. */
  readonly record: Bytes32;
  readonly raw: RawEvent;
}

/** An event of `EntityRegistry`. */
export interface EntityEvent {
  readonly kind: EntityEventKind;
  readonly account: Address;
  /** Of ENTITY_REGISTERED and ENTITY_AMENDED. */
  readonly details: EntityDetails | undefined;
  /** Of the others. */
  readonly reason: number | undefined;
  readonly sequence: number;
  readonly raw: RawEvent;
}

/** What is said about a legal person. */
export interface EntityDetails {
  readonly kinds: number;
  /** Two bytes. */
  readonly jurisdiction: Uint8Array;
  /** Twenty bytes. */
  readonly lei: Uint8Array;
  /** UTF-8 by intent, any bytes in fact; so is `uri`. */
  readonly name: Uint8Array;
  readonly uri: Uint8Array;
}

/** An event of the `AccessManager`, or the registry's change to another one. */
export interface GovernanceEvent {
  readonly kind: GovernanceEventKind;
  /** The event's own name, as in its ABI. */
  readonly name: string;
  /** Its values by name, in the order of the ABI's indexed fields and then its others. */
  readonly values: Readonly<Record<string, AbiValue>>;
  /** Who scheduled an operation. */
  readonly account: Address | undefined;
  /** Which operation, if it is about one. */
  readonly operation: Bytes32 | undefined;
  readonly raw: RawEvent;
}

/** As `decodeGrantEvent`: each takes topic 0 as lower-case hex. */
export function decodeCredentialEvent(topic: string, raw: RawEvent): CredentialEvent | undefined {
  return read(CREDENTIAL_EVENTS, topic, raw, (kind, values) => {
    const hash = <T>(name: string, wrap: (bytes: Uint8Array) => T): T | undefined =>
      values[name] === undefined ? undefined : wrap(bytesOf(values, name));
    return {
      kind,
      credential: toCredentialRef(bytesOf(values, "credential")),
      holder: toAddress(bytesOf(values, "holder")),
      issuer: toAddress(bytesOf(values, "issuer")),
      seal: toSeal(bytesOf(values, "seal")),
      credentialType: hash("credentialType", toBytes32),
      replaces: hash("replaces", toCredentialRef),
      supersededBy: hash("supersededBy", toCredentialRef),
      reason: reasonOf(values),
      record: toBytes32(bytesOf(values, "record")),
      raw,
    };
  });
}

export function decodeEntityEvent(topic: string, raw: RawEvent): EntityEvent | GovernanceEvent | undefined {
  return read(ENTITY_EVENTS, topic, raw, (kind, values, name) => {
    if (!isEntityKind(kind)) return governance(kind, name, values, raw);
    return {
      kind,
      account: toAddress(bytesOf(values, "account")),
      details: values["kinds"] === undefined ? undefined : detailsOf(values),
      reason: reasonOf(values),
      sequence: Number(integerOf(values, "sequence")),
      raw,
    };
  });
}

export function decodeGovernanceEvent(topic: string, raw: RawEvent): GovernanceEvent | undefined {
  return read(GOVERNANCE_EVENTS, topic, raw, (kind, values, name) => governance(kind, name, values, raw));
}

function read<Kind, Event>(
  known: ReadonlyMap<string, Known<Kind>>,
  topic: string,
  raw: RawEvent,
  make: (kind: Kind, values: Values, name: string) => Event,
): Event | undefined {
  const event = known.get(topic);
  const values = event && readEvent(event.abi, raw);
  return event && values && make(event.kind, values, event.abi.name);
}

function governance(kind: GovernanceEventKind, name: string, values: Values, raw: RawEvent): GovernanceEvent {
  return {
    kind,
    name,
    values,
    account: kind === "OPERATION_SCHEDULED" ? toAddress(bytesOf(values, "caller")) : undefined,
    operation: values["operationId"] === undefined ? undefined : toBytes32(bytesOf(values, "operationId")),
    raw,
  };
}

const isEntityKind = (kind: EntityEventKind | GovernanceEventKind): kind is EntityEventKind =>
  kind.startsWith("ENTITY_");

function detailsOf(values: Values): EntityDetails {
  return {
    kinds: Number(integerOf(values, "kinds")),
    jurisdiction: bytesOf(values, "jurisdiction"),
    lei: bytesOf(values, "lei"),
    name: bytesOf(values, "name"),
    uri: bytesOf(values, "uri"),
  };
}

type Values = Readonly<Record<string, AbiValue>>;

const reasonOf = (values: Values): number | undefined =>
  values["reason"] === undefined ? undefined : Number(integerOf(values, "reason"));

function bytesOf(values: Values, name: string): Uint8Array {
  const value = values[name];
  if (!(value instanceof Uint8Array)) throw new BugError(`the event's ABI has no bytes ${name}`);
  return value;
}

function integerOf(values: Values, name: string): bigint {
  const value = values[name];
  if (typeof value !== "bigint") throw new BugError(`the event's ABI has no integer ${name}`);
  return value;
}
