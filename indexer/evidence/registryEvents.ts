import { type EventAbi, parseEvent } from "./abi.ts";

/**
 * The events of the contracts that change seldom: the two registries and their governance. They are read by their ABI and
 * kept as they came; a test holds these declarations against the compiled ABIs.
 */

export type CredentialEventKind =
  | "CREDENTIAL_ANCHORED"
  | "CREDENTIAL_SUPERSEDED"
  | "CREDENTIAL_REVOKED"
  | "CREDENTIAL_WITHDRAWN";
export type EntityEventKind =
  | "ENTITY_REGISTERED"
  | "ENTITY_AMENDED"
  | "ENTITY_SUSPENDED"
  | "ENTITY_REINSTATED"
  | "ENTITY_WITHDRAWN";
export type GovernanceEventKind =
  | "OPERATION_SCHEDULED"
  | "OPERATION_EXECUTED"
  | "OPERATION_CANCELED"
  | "GOVERNANCE_CHANGED";

/** An event that a contract can say, and what it is in the ledger. */
export interface Known<Kind> {
  readonly kind: Kind;
  readonly abi: EventAbi;
}

type Table<Kind> = ReadonlyMap<string, Known<Kind>>;

function table<Kind extends string>(events: readonly (readonly [Kind, declaration: string])[]): Table<Kind> {
  return new Map(
    events.map(([kind, declaration]) => {
      const abi = parseEvent(declaration);
      return [abi.topic, { kind, abi }];
    }),
  );
}

const CREDENTIAL = "bytes32 indexed credential, address indexed holder, address indexed issuer, bytes32 seal";
const DETAILS = "uint8 kinds, bytes2 jurisdiction, bytes20 lei, string name, string uri, uint32 sequence";
const STATUS = "address indexed account, uint8 reason, uint32 sequence";

/** By lower-case topic 0, as the other two. */
export const CREDENTIAL_EVENTS: Table<CredentialEventKind> = table([
  [
    "CREDENTIAL_ANCHORED",
    `CredentialAnchored(${CREDENTIAL}, bytes32 credentialType, bytes32 replaces, bytes32 record)`,
  ],
  ["CREDENTIAL_SUPERSEDED", `CredentialSuperseded(${CREDENTIAL}, bytes32 supersededBy, bytes32 record)`],
  ["CREDENTIAL_REVOKED", `CredentialRevoked(${CREDENTIAL}, uint8 reason, bytes32 record)`],
  ["CREDENTIAL_WITHDRAWN", `CredentialWithdrawn(${CREDENTIAL}, uint8 reason, bytes32 record)`],
]);

export const ENTITY_EVENTS: Table<EntityEventKind | GovernanceEventKind> = table([
  ["ENTITY_REGISTERED", `EntityRegistered(address indexed account, ${DETAILS})`],
  ["ENTITY_AMENDED", `EntityAmended(address indexed account, ${DETAILS})`],
  ["ENTITY_SUSPENDED", `EntitySuspended(${STATUS})`],
  ["ENTITY_REINSTATED", `EntityReinstated(${STATUS})`],
  ["ENTITY_WITHDRAWN", `EntityWithdrawn(${STATUS})`],
  // OpenZeppelin, access/manager/IAccessManaged.sol.
  ["GOVERNANCE_CHANGED", "AuthorityUpdated(address authority)"],
]);

/** OpenZeppelin, access/manager/IAccessManager.sol. */
export const GOVERNANCE_EVENTS: Table<GovernanceEventKind> = table([
  [
    "OPERATION_SCHEDULED",
    "OperationScheduled(bytes32 indexed operationId, uint32 indexed nonce, uint48 schedule, address caller, address target, bytes data)",
  ],
  ["OPERATION_EXECUTED", "OperationExecuted(bytes32 indexed operationId, uint32 indexed nonce)"],
  ["OPERATION_CANCELED", "OperationCanceled(bytes32 indexed operationId, uint32 indexed nonce)"],
  ["GOVERNANCE_CHANGED", "RoleLabel(uint64 indexed roleId, string label)"],
  [
    "GOVERNANCE_CHANGED",
    "RoleGranted(uint64 indexed roleId, address indexed account, uint32 delay, uint48 since, bool newMember)",
  ],
  ["GOVERNANCE_CHANGED", "RoleRevoked(uint64 indexed roleId, address indexed account)"],
  ["GOVERNANCE_CHANGED", "RoleAdminChanged(uint64 indexed roleId, uint64 indexed admin)"],
  ["GOVERNANCE_CHANGED", "RoleGuardianChanged(uint64 indexed roleId, uint64 indexed guardian)"],
  ["GOVERNANCE_CHANGED", "RoleGrantDelayChanged(uint64 indexed roleId, uint32 delay, uint48 since)"],
  ["GOVERNANCE_CHANGED", "TargetClosed(address indexed target, bool closed)"],
  ["GOVERNANCE_CHANGED", "TargetFunctionRoleUpdated(address indexed target, bytes4 selector, uint64 indexed roleId)"],
  ["GOVERNANCE_CHANGED", "TargetAdminDelayUpdated(address indexed target, uint32 delay, uint48 since)"],
]);
