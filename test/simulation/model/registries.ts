import { AbiCoder, hexlify, keccak256 } from "ethers";
import { type Contracts, type Credential, credentialOf, type Entity, type GrantName } from "./ledgerState.ts";
import { packed } from "./record.ts";
import type { SaidEvent } from "./said.ts";

/** The registries and their governance as pure models: what an act says, or nothing where the contract reverts. */

export type CredentialName = Pick<GrantName, "holder" | "issuer" | "seal">;

const ZERO = `0x${"00".repeat(32)}`;
const UNKNOWN: Omit<Credential, "name"> = {
  ...{ anchoredAt: 0n, validFrom: 0n, validUntil: 0n, revokedAt: 0n, withdrawnAt: 0n, supersededAt: 0n },
  ...{ sequence: 0n, successor: undefined },
};
const ISSUER = 1;

const wordOf = (one: Omit<Credential, "name">): string =>
  packed([
    [one.anchoredAt, 40n],
    [one.validFrom, 40n],
    [one.validUntil, 40n],
    [one.revokedAt, 40n],
    [one.withdrawnAt, 40n],
    [one.supersededAt, 40n],
    [one.sequence, 16n],
  ]);

function change(
  contracts: Contracts,
  name: CredentialName,
  event: string,
  changes: Partial<Credential>,
  values: Record<string, unknown>,
): SaidEvent {
  const credential = credentialOf(name);
  const before = contracts.credentials.get(credential) ?? UNKNOWN;
  const after = { ...before, ...changes, name, sequence: before.sequence + 1n };
  contracts.credentials.set(credential, after);
  return {
    contract: "CredentialRegistry",
    name: event,
    values: { credential, ...name, record: wordOf(after), ...values },
  };
}

export interface Anchor {
  readonly credentialType: string;
  readonly validFrom: bigint;
  readonly validUntil: bigint;
  /** Seal of the older version. */
  readonly replaces: string | undefined;
}

export function anchor(contracts: Contracts, name: CredentialName, statement: Anchor, now: bigint): SaidEvent[] {
  const { credentialType, validFrom, validUntil, replaces } = statement;
  const credential = credentialOf(name);
  const issuer = contracts.entities.get(name.issuer);
  if (issuer?.status !== "ACTIVE" || (issuer.kinds & ISSUER) === 0) return [];
  if ((contracts.credentials.get(credential)?.anchoredAt ?? 0n) !== 0n || replaces === name.seal) return [];
  if (validUntil !== 0n && validUntil <= validFrom) return [];
  const olderName = replaces === undefined ? undefined : { ...name, seal: replaces };
  const older = olderName && credentialOf(olderName);
  if (older !== undefined && contracts.credentials.get(older)?.successor !== undefined) return [];
  const anchored = change(
    contracts,
    name,
    "CredentialAnchored",
    { anchoredAt: now, validFrom, validUntil },
    { credentialType, replaces: older ?? ZERO },
  );
  if (olderName === undefined) return [anchored];
  const changes = { supersededAt: now, successor: credential };
  return [anchored, change(contracts, olderName, "CredentialSuperseded", changes, { supersededBy: credential })];
}

export function revokeCredential(contracts: Contracts, name: CredentialName, reason: number, now: bigint): SaidEvent[] {
  if ((contracts.credentials.get(credentialOf(name))?.revokedAt ?? 0n) !== 0n) return [];
  return [change(contracts, name, "CredentialRevoked", { revokedAt: now }, { reason })];
}

export function withdrawCredential(
  contracts: Contracts,
  name: CredentialName,
  reason: number,
  now: bigint,
): SaidEvent[] {
  if ((contracts.credentials.get(credentialOf(name))?.withdrawnAt ?? 0n) !== 0n) return [];
  return [change(contracts, name, "CredentialWithdrawn", { withdrawnAt: now }, { reason })];
}

/** What is said about a legal person; name and URI as any bytes in hex. */
export interface Details {
  readonly kinds: number;
  readonly jurisdiction: string;
  readonly lei: string;
  readonly name: string;
  readonly uri: string;
}

const NEXT = {
  EntityRegistered: { from: [undefined, "WITHDRAWN"], to: "ACTIVE" },
  EntitySuspended: { from: ["ACTIVE"], to: "SUSPENDED" },
  EntityReinstated: { from: ["SUSPENDED"], to: "ACTIVE" },
  EntityWithdrawn: { from: ["ACTIVE", "SUSPENDED"], to: "WITHDRAWN" },
  EntityAmended: { from: ["ACTIVE", "SUSPENDED"], to: undefined },
} as const satisfies Record<
  string,
  { from: readonly (Entity["status"] | undefined)[]; to?: Entity["status"] | undefined }
>;

export function entity(
  contracts: Contracts,
  event: keyof typeof NEXT,
  account: string,
  words: { readonly details: Details } | { readonly reason: number },
): SaidEvent[] {
  const before = contracts.entities.get(account);
  const { from, to } = NEXT[event];
  if (!(from as readonly unknown[]).includes(before?.status)) return [];
  const sequence = (before?.sequence ?? 0n) + 1n;
  const kinds = "details" in words ? words.details.kinds : (before?.kinds ?? 0);
  contracts.entities.set(account, { status: to ?? before?.status ?? "ACTIVE", kinds, sequence });
  const values = "details" in words ? { ...words.details } : words;
  return [{ contract: "EntityRegistry", name: event, values: { account, ...values, sequence } }];
}

/** Schedules a call in the AccessManager. */
export function schedule(contracts: Contracts, caller: string, target: string, data: string, now: bigint): SaidEvent[] {
  const nonce = contracts.scheduled + 1n;
  contracts.scheduled = nonce;
  const operationId = keccak256(AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [caller, nonce]));
  contracts.operations.set(operationId, nonce);
  const values = { operationId, nonce, schedule: now + 10n, caller, target, data };
  return [{ contract: "AccessManager", name: "OperationScheduled", values }];
}

/** Executes or cancels the oldest operation that waits. */
export function finish(contracts: Contracts, event: "OperationExecuted" | "OperationCanceled"): SaidEvent[] {
  const [oldest] = contracts.operations;
  if (oldest === undefined) return [];
  const [operationId, nonce] = oldest;
  contracts.operations.delete(operationId);
  return [{ contract: "AccessManager", name: event, values: { operationId, nonce } }];
}

export const roleLabel = (roleId: bigint, label: Uint8Array): SaidEvent[] => [
  { contract: "AccessManager", name: "RoleLabel", values: { roleId, label: hexlify(label) } },
];
