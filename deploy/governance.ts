/**
 * Who governs the register of entities: the roles of the AccessManager, and the one transaction that sets them up.
 * Why these roles and delays: docs/OPERATORS.md.
 */
import { Interface } from "ethers";
import { accessManagerArtifact, entityRegistryArtifact } from "./artifact.ts";

/** The parties, as addresses with checksum. One account may be several. */
export interface Parties {
  /** Decides on roles. Its address decides all addresses of the contracts. */
  readonly admin: string;
  /** May cancel what the registrar has scheduled. */
  readonly guardian: string;
  /** Registers, amends, reinstates and withdraws entities. */
  readonly registrar: string;
  /** Suspends entities. */
  readonly suspender: string;
}

/** Seconds. */
export interface Delays {
  /** Between scheduling and executing what the registrar does. */
  readonly registrar: number;
  /** The same of what the admin does. */
  readonly admin: number;
  /** Between granting the role of registrar or admin and its effect. */
  readonly grant: number;
  /** At least, of what an admin does to the register as a target (closing it, other roles, another manager). */
  readonly target: number;
}

export interface Governance extends Parties {
  readonly delays: Delays;
}

export const NO_DELAYS: Delays = { registrar: 0, admin: 0, grant: 0, target: 0 };

/** Everything by one account, at once: for local chains. */
export function governedBy(account: string): Governance {
  return { admin: account, guardian: account, registrar: account, suspender: account, delays: NO_DELAYS };
}

/** Ids of the roles. The contract fixes that of the admin. */
export const ROLES = { ADMIN: 0n, GUARDIAN: 1n, REGISTRAR: 2n, SUSPENDER: 3n } as const;
export type Role = keyof typeof ROLES;

const manager = new Interface(JSON.stringify(accessManagerArtifact.abi));
const registry = new Interface(JSON.stringify(entityRegistryArtifact.abi));

/** Who may call what on the register. Suspending has no delay: an emergency cannot wait. */
export const FUNCTION_ROLES: readonly { readonly name: string; readonly selector: string; readonly role: Role }[] = (
  [
    ["register", "REGISTRAR"],
    ["amend", "REGISTRAR"],
    ["reinstate", "REGISTRAR"],
    ["withdraw", "REGISTRAR"],
    ["suspend", "SUSPENDER"],
  ] as const
).map(([name, role]) => ({ name, selector: selectorOf(name), role }));

function selectorOf(name: string): string {
  const found = registry.getFunction(name);
  if (found === null) throw new RangeError(`EntityRegistry has no function ${name}`);
  return found.selector;
}

/** The execution delay that each role's first member gets. */
export function executionDelay(role: Role, delays: Delays): number {
  return role === "ADMIN" ? delays.admin : role === "REGISTRAR" ? delays.registrar : 0;
}

/** Only a role that can put somebody in power waits: whoever can but stop things has to be replaceable quickly. */
export function grantDelay(role: Role, delays: Delays): number {
  return role === "ADMIN" || role === "REGISTRAR" ? delays.grant : 0;
}

export function memberOf(role: Role, parties: Parties): string {
  return {
    ADMIN: parties.admin,
    GUARDIAN: parties.guardian,
    REGISTRAR: parties.registrar,
    SUSPENDER: parties.suspender,
  }[role];
}

/** Call data of the set-up: one `multicall` that the admin sends to the manager, all or nothing. */
export function setUpCallData(governance: Governance, entityRegistry: string): string {
  const { delays } = governance;
  const call = (name: string, ...values: unknown[]): string => manager.encodeFunctionData(name, values);
  const named = ["GUARDIAN", "REGISTRAR", "SUSPENDER"] as const;
  const calls = [
    ...named.map((role) => call("labelRole", ROLES[role], role)),
    ...(["REGISTRAR", "SUSPENDER"] as const).map((role) =>
      call(
        "setTargetFunctionRole",
        entityRegistry,
        FUNCTION_ROLES.filter((one) => one.role === role).map((one) => one.selector),
        ROLES[role],
      ),
    ),
    call("setRoleGuardian", ROLES.REGISTRAR, ROLES.GUARDIAN),
    ...named.map((role) => call("grantRole", ROLES[role], memberOf(role, governance), executionDelay(role, delays))),
    // After the grants above, which shall hold at once. These delays begin five days later (`minSetback`); until then the
    // admin's own delay is what everybody can rely on.
    ...(["ADMIN", "REGISTRAR"] as const)
      .filter((role) => grantDelay(role, delays) > 0)
      .map((role) => call("setGrantDelay", ROLES[role], grantDelay(role, delays))),
    ...(delays.target > 0 ? [call("setTargetAdminDelay", entityRegistry, delays.target)] : []),
    // Last, since from here on the admin has to schedule whatever it does.
    call("grantRole", ROLES.ADMIN, governance.admin, delays.admin),
  ];
  return call("multicall", calls);
}
