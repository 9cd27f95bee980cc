import { AbiCoder } from "ethers";
import type { Act, SuiteTraffic } from "../api/suiteTraffic.ts";
import { INTERFACES } from "./interfaces.ts";

/**
 * Blocks of acts after which every event that the suite can have has been met once; what is left to chance may not meet
 * them all. The people are those of SuiteTraffic: 0 governs, 1 and 2 issue, 3 and 4 hold, 5 to 7 read, 8 is an authority.
 */

const OPERATOR = 9;
const ROLE = 7;
const DELAY = 10;

const word = (value: number): string => `0x${value.toString(16).padStart(64, "0")}`;

export function story(traffic: SuiteTraffic, time: number): Act[][] {
  const at = (index: number): string => traffic.account(index);
  const act = (from: number, contract: Act["contract"], method: string, ...values: unknown[]): Act => ({
    ...{ from, contract, method, values },
  });
  const named = { issuer: at(1), seal: word(99), grantee: at(5), purpose: 1 };
  const onward = { ...named, grantee: at(6) };
  const about = { ...named, holder: at(3) };
  const none = { notBefore: 0, expiresAt: 0, lockedUntil: 0, context: word(1) };
  const grant = { ...named, legalBasis: 1, ...none, retention: 1_000, allowOnward: true };
  const hold = { ...about, orderRef: word(5) };
  const anchor = {
    holder: at(3),
    seal: word(99),
    credentialType: word(7),
    validFrom: 0,
    validUntil: 0,
    replaces: word(0),
  };
  const registry = traffic.suite.addresses.EntityRegistry;
  const suspend = INTERFACES.EntityRegistry.encodeFunctionData("suspend", [at(2), 3]);
  const selector = suspend.slice(0, 10);
  const manage = (method: string, ...values: unknown[]): Act => act(0, "AccessManager", method, ...values);
  const operate = (method: string, ...values: unknown[]): Act => act(OPERATOR, "AccessManager", method, ...values);

  return [
    traffic.founding(),
    [act(3, "AccessGrants", "cancelSignatures", named)],
    [act(3, "AccessGrants", "grantBatch", [grant, { ...grant, purpose: 2 }])],
    [
      act(5, "AccessGrants", "grantOnward", at(3), { ...grant, ...onward, retention: 10, allowOnward: false }),
      act(5, "AccessGrants", "grantOnward", at(3), {
        ...grant,
        ...onward,
        retention: 10,
        purpose: 2,
        allowOnward: false,
      }),
    ],
    [act(8, "AccessGrants", "hold", { ...hold, until: time + 10_000 })],
    // The parent ends with what was granted under it in its own block; the other is ended by who granted it.
    [
      act(3, "AccessGrants", "revokeBatch", [{ ...named, reason: 2 }]),
      act(5, "AccessGrants", "revokeOnward", at(3), { ...onward, purpose: 2, reason: 4 }),
    ],
    // A new period, while what was granted onward stays pinned to the one before.
    [act(3, "AccessGrants", "grant", grant), act(8, "AccessGrants", "liftHold", hold)],
    [act(5, "AccessGrants", "release", { ...about, reason: 7 })],
    [act(1, "CredentialRegistry", "anchor", anchor), act(3, "CredentialRegistry", "withdraw", at(1), word(98), 2)],
    [act(1, "CredentialRegistry", "anchor", { ...anchor, seal: word(98), replaces: word(99) })],
    [
      act(1, "CredentialRegistry", "revoke", at(3), word(98), 3),
      act(3, "CredentialRegistry", "withdraw", at(1), word(99), 4),
    ],
    [
      manage("labelRole", ROLE, "suspender"),
      manage("setRoleAdmin", ROLE, 0),
      manage("setRoleGuardian", ROLE, 0),
      manage("setGrantDelay", ROLE, 0),
      manage("setTargetAdminDelay", registry, 0),
      manage("setTargetClosed", registry, false),
      manage("setTargetFunctionRole", registry, [selector], ROLE),
      manage("grantRole", ROLE, at(0), 0),
      manage("grantRole", ROLE, at(OPERATOR), DELAY),
    ],
    [operate("schedule", registry, suspend, 0)],
    [],
    [operate("execute", registry, suspend)],
    [operate("schedule", registry, suspend, 0)],
    [manage("cancel", at(OPERATOR), registry, suspend), manage("revokeRole", ROLE, at(OPERATOR))],
    [act(0, "EntityRegistry", "reinstate", at(2), 1)],
    [act(0, "EntityRegistry", "withdraw", at(2), 5), act(0, "EntityRegistry", "amend", at(1), details("Another name"))],
    [act(0, "EntityRegistry", "register", at(2), details("A second time"))],
  ];
}

const details = (name: string): unknown[] => [1, "0x4445", `0x${"00".repeat(20)}`, name, "https://example.org/"];

/** Call data that registers an account under a name and URI of any bytes, which no contract can tell from UTF-8. */
export function registerHostile(account: string, name: string, uri: string): string {
  const selector = INTERFACES.EntityRegistry.getFunction("register")?.selector ?? "0x";
  const data = AbiCoder.defaultAbiCoder().encode(
    ["address", "tuple(uint8,bytes2,bytes20,bytes,bytes)"],
    [account, [7, "0x5a5a", `0x${"00".repeat(20)}`, name, uri]],
  );
  return selector + data.slice(2);
}
