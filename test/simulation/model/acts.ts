import { hexlify, id, zeroPadValue } from "ethers";
import type { Random } from "../../support/random.ts";
import * as grants from "./accessGrants.ts";
import { AUTHORITIES, CONTRACTS, GRANTEES, HOLDERS, ISSUERS, PURPOSES, SEALS } from "./cast.ts";
import { hostile } from "./hostile.ts";
import type { Contracts } from "./ledgerState.ts";
import * as registries from "./registries.ts";
import type { Said } from "./said.ts";

/** What happens in one transaction: a change of the contracts that may say something, or nothing where it reverts. */
export type Act = (contracts: Contracts, time: bigint) => readonly Said[];

const hash = (value: number): string => zeroPadValue(hexlify(Uint8Array.of(value)), 32);

/** The registrations that much else needs. */
export const FOUNDING: readonly Act[] = [...ISSUERS, ...AUTHORITIES].map(
  (account, i): Act =>
    (contracts) =>
      registries.entity(contracts, "EntityRegistered", account, { details: details(account, i < 2 ? 1 : 4) }),
);

function details(account: string, kinds: number, name = `Entity ${account.slice(2, 8)} ${kinds}`): registries.Details {
  const text = hexlify(new TextEncoder().encode(name));
  return { kinds, jurisdiction: "0x4445", lei: `0x${"00".repeat(20)}`, name: text, uri: "0x" };
}

/** A change of everything that there is. */
export const touching = ({ grants: all, credentials, entities }: Contracts): Act[] => [
  ...[...all.values()].map(
    ({ name }): Act =>
      (contracts, now) =>
        grants.cancelSignatures(contracts, name, now),
  ),
  ...[...credentials.values()].map(
    ({ name }): Act =>
      (contracts, now) => [
        ...registries.revokeCredential(contracts, name, 1, now),
        ...registries.withdrawCredential(contracts, name, 1, now),
      ],
  ),
  ...[...entities.keys()].map(
    (account): Act =>
      (contracts) =>
        registries.entity(contracts, "EntityAmended", account, { details: details(account, 7, "Touched") }),
  ),
];

/** Something that somebody might do; part of it reverts, as in life. */
export function anyAct(random: Random): Act {
  const dice = random.int(100);
  if (dice < 66) return grantAct(random);
  if (dice < 80) return credentialAct(random);
  if (dice < 88) return entityAct(random);
  if (dice < 92) return governanceAct(random);
  return hostile(random);
}

function grantAct(random: Random): Act {
  const name = {
    ...{ holder: random.pick(HOLDERS), issuer: random.pick(ISSUERS), seal: random.pick(SEALS) },
    ...{ grantee: random.pick(GRANTEES), purpose: random.pick(PURPOSES) },
  };
  const other = random.pick(GRANTEES);
  const code = random.int(256);
  const dice = random.int(66);
  const ahead = (chance: number, most: number): bigint => (random.chance(chance) ? BigInt(1 + random.int(most)) : 0n);
  const from = (now: bigint, wait: bigint): bigint => (wait === 0n ? 0n : now + wait);
  const [start, expiry, lock] = [ahead(0.15, 90), ahead(0.4, 900), ahead(0.2, 500)];
  const terms = {
    ...{
      legalBasis: code,
      retention: BigInt(random.int(3) * 60),
      allowOnward: random.chance(0.7),
      context: hash(code),
    },
  };
  const termsAt = (now: bigint) => ({
    ...terms,
    ...{ notBefore: from(now, start), lockedUntil: from(now, lock), expiresAt: expiry && from(now, start + expiry) },
  });
  if (dice < 30) return (contracts, now) => grants.grant(contracts, name, termsAt(now), now);
  if (dice < 38) return (contracts, now) => grants.revoke(contracts, name, code, now);
  if (dice < 43) return (contracts, now) => grants.release(contracts, name, code, now);
  if (dice < 46) return (contracts, now) => grants.cancelSignatures(contracts, name, now);
  const authority = random.pick(AUTHORITIES);
  const hold = { authority, orderRef: hash(code) };
  const until = BigInt(1 + random.int(300));
  if (dice < 51) return (contracts, now) => grants.hold(contracts, name, { ...hold, until: now + until }, now);
  if (dice < 53) return (contracts, now) => grants.liftHold(contracts, name, hold, now);
  if (dice < 63)
    return (contracts, now) => {
      const onward = { ...termsAt(now), notBefore: 0n, lockedUntil: 0n, retention: 0n, allowOnward: false };
      return grants.grantOnward(contracts, name, other, onward, now);
    };
  return (contracts, now) => grants.revokeOnward(contracts, name, other, code, now);
}

function credentialAct(random: Random): Act {
  const name = { holder: random.pick(HOLDERS), issuer: random.pick(ISSUERS), seal: random.pick(SEALS) };
  const code = random.int(256);
  const dice = random.int(14);
  const validFrom = random.chance(0.2) ? BigInt(random.int(100)) : 0n;
  const validUntil = random.chance(0.3) ? BigInt(101 + random.int(900)) : 0n;
  const replaces = random.chance(0.15) ? random.pick(SEALS) : undefined;
  if (dice === 0) return (contracts, now) => registries.revokeCredential(contracts, name, code, now);
  if (dice === 1) return (contracts, now) => registries.withdrawCredential(contracts, name, code, now);
  return (contracts, now) => {
    const times = { validFrom: validFrom && now + validFrom, validUntil: validUntil && now + validUntil };
    return registries.anchor(contracts, name, { credentialType: id("type"), ...times, replaces }, now);
  };
}

function entityAct(random: Random): Act {
  const authority = random.chance(0.2);
  const account = authority ? random.pick(AUTHORITIES) : random.pick(ISSUERS);
  const reason = random.int(256);
  const event = random.pick([
    ...(["EntitySuspended", "EntityReinstated", "EntityReinstated", "EntityWithdrawn"] as const),
    ...(["EntityRegistered", "EntityRegistered", "EntityAmended"] as const),
  ]);
  const kinds = random.chance(0.2) ? 7 : authority ? 4 : 1;
  const words =
    event === "EntityRegistered" || event === "EntityAmended"
      ? { details: details(account, kinds, `Entity ${reason}`) }
      : { reason };
  return (contracts) => registries.entity(contracts, event, account, words);
}

function governanceAct(random: Random): Act {
  const caller = random.pick(AUTHORITIES);
  const data = hexlify(random.bytes(random.int(70)));
  const label = random.bytes(random.int(40));
  switch (random.int(4)) {
    case 0:
      return (contracts) => registries.finish(contracts, "OperationExecuted");
    case 1:
      return (contracts) => registries.finish(contracts, "OperationCanceled");
    case 2:
      return () => registries.roleLabel(7n, label);
    default:
      return (contracts, now) => registries.schedule(contracts, caller, CONTRACTS.EntityRegistry, data, now);
  }
}
