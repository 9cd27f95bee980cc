import { getBytes, hexlify } from "ethers";
import type { Random } from "../../support/random.ts";
import type { Act } from "./acts.ts";
import { CONTRACT_LIST, GRANTEES, HOLDERS, ISSUERS, PURPOSES, SEALS, STRANGERS } from "./cast.ts";
import { credentialOf, grantIdOf } from "./ledgerState.ts";
import { type Grant, MAY_GRANT_ONWARD, wordOf } from "./record.ts";
import { entity } from "./registries.ts";
import { encoded, type Said, type SaidEvent } from "./said.ts";

/** What no honest contract would log, and what nobody would expect: FAULTS 18 to 20. All of it has to be kept exactly. */
export function hostile(random: Random): Act {
  const kinds = [bytes, strangers, anothersEvent, almostAnEvent, notText, largest];
  return random.pick(kinds)(random);
}

/** Any bytes at all from one of our contracts. */
function bytes(random: Random): Act {
  const contract = random.pick(CONTRACT_LIST);
  const topics = Array.from({ length: random.int(5) }, () => hexlify(random.bytes(32)));
  const data = hexlify(random.chance(0.3) ? new Uint8Array(random.int(70)) : random.bytes(random.int(200)));
  return () => [{ contract, topics, data }];
}

const revoked = (random: Random): SaidEvent => {
  const name = { holder: random.pick(HOLDERS), issuer: random.pick(ISSUERS), seal: random.pick(SEALS) };
  const record = wordOf({ ...EVERYTHING, sequence: 3n });
  const values = { ...name, grantee: random.pick(GRANTEES), purpose: 1, reason: 9, record };
  return { contract: "AccessGrants", name: "Revoked", values: { credential: credentialOf(name), ...values } };
};

/** Our events, word for word, from an address that is not ours. */
function strangers(random: Random): Act {
  const stranger = random.pick(STRANGERS);
  const said: Said = { contract: { stranger }, ...bytesOf(revoked(random)) };
  return () => [said];
}

/** A contract of ours that says what only another of ours can say. */
function anothersEvent(random: Random): Act {
  const contract = random.pick(["CredentialRegistry", "EntityRegistry", "AccessManager"] as const);
  const said: Said = { contract, ...bytesOf(revoked(random)) };
  return () => [said];
}

/** An event with one byte where its compiler writes zero, or one too few. */
function almostAnEvent(random: Random): Act {
  const { topics, data } = bytesOf(revoked(random));
  const altered = getBytes(data);
  // The first word is the issuer's address, whose first twelve bytes are padding.
  altered[random.int(12)] = 1 + random.int(255);
  const said: Said = random.chance(0.5)
    ? { contract: "AccessGrants", topics, data: hexlify(altered) }
    : { contract: "AccessGrants", topics, data: data.slice(0, -2) };
  return () => [said];
}

/** A name with NUL bytes and bytes that are no UTF-8. */
function notText(random: Random): Act {
  const name = hexlify(Uint8Array.of(0, 0xff, 0xc3, 0x28, 0, ...random.bytes(random.int(40))));
  const details = { kinds: 7, jurisdiction: "0x5a5a", lei: hexlify(random.bytes(20)), name, uri: "0x00ff00" };
  const account = random.pick(ISSUERS);
  return (contracts) => [
    ...entity(contracts, "EntityAmended", account, { details }),
    ...entity(contracts, "EntityRegistered", account, { details }),
  ];
}

const MAX40 = 2n ** 40n - 1n;
const EVERYTHING: Grant = {
  ...{ grantedAt: MAX40, notBefore: MAX40, expiresAt: MAX40, lockedUntil: MAX40, revokedAt: 0n },
  ...{ retention: 2n ** 32n - 1n, sequence: 1n, flags: MAY_GRANT_ONWARD | 0xf0n },
};

/** The largest values that the fields can hold, as a grant that begins. */
function largest(random: Random): Act {
  const name = { holder: random.pick(HOLDERS), issuer: random.pick(ISSUERS), seal: hexlify(random.bytes(32)) };
  const grantee = random.chance(0.5) ? `0x${"ff".repeat(20)}` : random.pick(GRANTEES);
  const purpose = random.chance(0.5) ? 0xffff : random.pick(PURPOSES);
  const credential = credentialOf(name);
  const context = `0x${"ff".repeat(32)}`;
  return (contracts, now) => {
    const record = { ...EVERYTHING, grantedAt: now };
    const held = { name: { ...name, grantee, purpose }, record, holds: new Map(), parent: undefined };
    contracts.grants.set(grantIdOf(credential, grantee, purpose), held);
    const values = { credential, ...name, grantee, purpose, legalBasis: 255, record: wordOf(record), context };
    return [{ contract: "AccessGrants", name: "Granted", values }];
  };
}

const bytesOf = (event: SaidEvent) => {
  const { topics, data } = encoded(event);
  return { topics, data };
};
