/** The governance as a chain has it, compared with what it should be. */
import { type BlockTag, Contract, type Provider } from "ethers";
import { accessManagerArtifact, credentialRegistryArtifact, entityRegistryArtifact } from "./artifact.ts";
import {
  executionDelay,
  FUNCTION_ROLES,
  type Governance,
  grantDelay,
  memberOf,
  ROLES,
  type Role,
} from "./governance.ts";
import { type DelayChange, grantDelayOf, targetDelayOf } from "./managerStorage.ts";

/** One fact: what it should be and what it is, in words. */
export interface Finding {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

/** Where the three contracts are that the governance is about. */
export interface Governed {
  readonly manager: string;
  readonly entityRegistry: string;
  readonly credentialRegistry: string;
}

const ROLE_NAMES = Object.keys(ROLES) as Role[];

export function differs({ expected, found }: Finding): boolean {
  return expected !== found;
}

/** Every fact that the set-up decides, all at one block. The contracts have to be there, with the code that they should have. */
export async function readGovernance(
  provider: Provider,
  { manager: managerAddress, entityRegistry, credentialRegistry }: Governed,
  governance: Governance,
): Promise<Finding[]> {
  const block = await provider.getBlock("latest");
  if (block === null) throw new Error("the node has no newest block");
  const at = { blockTag: block.number };
  const view = (address: string, artifact: { readonly abi: readonly unknown[] }) =>
    new Contract(address, JSON.stringify(artifact.abi), provider);
  const manager = view(managerAddress, accessManagerArtifact);
  const call = async <T>(contract: Contract, name: string, ...values: unknown[]): Promise<T> =>
    (await contract.getFunction(name).staticCall(...values, at)) as T;

  const facts: Promise<Finding>[] = [
    fact("EntityRegistry authority", managerAddress, () =>
      call(view(entityRegistry, entityRegistryArtifact), "authority"),
    ),
    fact("CredentialRegistry entities", entityRegistry, () =>
      call(view(credentialRegistry, credentialRegistryArtifact), "entities"),
    ),
    fact("EntityRegistry closed", "no", async () =>
      (await call<boolean>(manager, "isTargetClosed", entityRegistry)) ? "yes" : "no",
    ),
    ...FUNCTION_ROLES.map(({ name, selector, role }) =>
      fact(`role of ${name}`, role, async () =>
        roleName(await call<bigint>(manager, "getTargetFunctionRole", entityRegistry, selector)),
      ),
    ),
  ];
  for (const role of ROLE_NAMES) {
    const id = ROLES[role];
    const member = memberOf(role, governance);
    facts.push(
      fact(`${role} ${member}`, membership(executionDelay(role, governance.delays)), async () =>
        describeAccess(await call<bigint[]>(manager, "getAccess", id, member), block.timestamp),
      ),
      fact(`${role} is granted after`, seconds(grantDelay(role, governance.delays)), async () =>
        settled(await grantDelayOf(provider, managerAddress, id, block.number), block.timestamp),
      ),
      fact(`admin of ${role}`, "ADMIN", async () => roleName(await call<bigint>(manager, "getRoleAdmin", id))),
      fact(`guardian of ${role}`, role === "REGISTRAR" ? "GUARDIAN" : "ADMIN", async () =>
        roleName(await call<bigint>(manager, "getRoleGuardian", id)),
      ),
    );
  }
  facts.push(
    fact("EntityRegistry as a target, least delay", seconds(governance.delays.target), async () =>
      settled(await targetDelayOf(provider, managerAddress, entityRegistry, block.number), block.timestamp),
    ),
  );
  return await Promise.all(facts);
}

async function fact(what: string, expected: string, read: () => Promise<string>): Promise<Finding> {
  return { what, expected, found: await read() };
}

/** Whether the admin can still act without delay, which it can until the set-up is done. */
export async function isAdminUnbound(
  provider: Provider,
  managerAddress: string,
  admin: string,
  blockTag: BlockTag = "latest",
): Promise<boolean> {
  const manager = new Contract(managerAddress, JSON.stringify(accessManagerArtifact.abi), provider);
  const [isMember, delay] = await manager.getFunction("hasRole").staticCall(ROLES.ADMIN, admin, { blockTag });
  return isMember === true && delay === 0n;
}

export function roleName(id: bigint): string {
  return ROLE_NAMES.find((role) => ROLES[role] === id) ?? `role ${id}`;
}

export function seconds(duration: number): string {
  if (duration === 0) return "no delay";
  return duration % 86_400 === 0 ? `${duration / 86_400} d` : `${duration} s`;
}

function membership(delay: number): string {
  return `member, ${seconds(delay)}`;
}

/** What `getAccess` answered: since, the delay, and a change of it that is announced. */
function describeAccess(access: readonly bigint[], now: number): string {
  const [since = 0, delay = 0, pending = 0, effect = 0] = access.map(Number);
  if (since === 0) return "not a member";
  if (since > now) return `member from ${time(since)}`;
  return membership(delay) + (effect === 0 ? "" : `, ${seconds(pending)} from ${time(effect)}`);
}

/** The delay that is, or will be: the longer one that the set-up announces counts, a shorter one to come is said apart. */
function settled({ before, after, effect }: DelayChange, now: number): string {
  if (effect <= now || after >= before) return seconds(after);
  return `${seconds(before)}, ${seconds(after)} from ${time(effect)}`;
}

function time(unix: number): string {
  return new Date(unix * 1_000).toISOString();
}
