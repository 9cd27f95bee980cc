import type { GrantRecord } from "../../indexer/grants/record.ts";
import type { Random } from "../support/random.ts";
import { credentialEvent, entityEvent, grantEvent, said } from "./suite.ts";
import { address, bytes32, CONTRACTS, type Gibberish } from "./world.ts";

/**
 * Events of one chain of a made-up world, drawn at random, each following from those before it: numbers of changes without
 * gaps, parents that are there. What a rollback drops is forgotten here too.
 */

export const CREDENTIALS = [1, 2, 3, 4, 5] as const;
export const GRANTEES = [11, 12, 13] as const;
export const PURPOSES = [1, 2] as const;
export const ENTITIES = [0x151, 0x152, 0xe1] as const;
const AUTHORITY = 0xa1;
const [MAY_GRANT_ONWARD, GRANTED_ONWARD, HELD] = [4, 8, 2];

/** A reference names one holder and one issuer: it is their hash. */
export const holderOf = (credential: number): number => 0x400 + credential;
const issuerOf = (credential: number): number => 0x151 + (credential % 2);

interface Times {
  readonly anchoredAt: bigint;
  readonly validFrom: bigint;
  readonly validUntil: bigint;
  readonly revokedAt: bigint;
  readonly withdrawnAt: bigint;
  readonly supersededAt: bigint;
  readonly sequence: number;
}

/** What the contracts would hold after a block. */
interface State {
  readonly grants: Map<string, GrantRecord>;
  readonly credentials: Map<number, Times>;
  readonly entities: Map<number, { sequence: number; status: string }>;
  operations: number;
}

const NOTHING: Times = {
  ...{ anchoredAt: 0n, validFrom: 0n, validUntil: 0n, revokedAt: 0n, withdrawnAt: 0n, supersededAt: 0n, sequence: 0 },
};

export class KnownTraffic {
  readonly #random: Random;
  #state: State = { grants: new Map(), credentials: new Map(), entities: new Map(), operations: 0 };
  readonly #after = new Map<bigint, State>();

  readonly #grantsOnly: boolean;

  constructor(random: Random, options: { grantsOnly?: boolean } = {}) {
    this.#random = random;
    this.#grantsOnly = options.grantsOnly ?? false;
  }

  /** Some events of a block of this time. */
  events(time: bigint): Gibberish[] {
    const count = this.#random.int(5);
    return Array.from({ length: count }, () => this.#event(time)).filter((event) => event !== undefined);
  }

  /** That was block `number`. */
  mined(number: bigint): void {
    const { grants, credentials, entities, operations } = this.#state;
    this.#after.set(number, {
      ...{ grants: new Map(grants), credentials: new Map(credentials), operations },
      entities: new Map([...entities].map(([account, entity]) => [account, { ...entity }])),
    });
  }

  /** Everything after block `number` was dropped. */
  rollback(number: bigint): void {
    const state = this.#after.get(number);
    if (state === undefined) throw new Error(`no block ${number}`);
    this.#state = state;
    this.mined(number);
  }

  #event(time: bigint): Gibberish | undefined {
    const dice = this.#random.int(100);
    if (dice < 55 || this.#grantsOnly) return this.#grant(time);
    if (dice < 75) return this.#credential(time);
    if (dice < 88) return this.#entity();
    if (dice < 95) return this.#operation(time);
    return { topics: [bytes32(dice)], data: "0xdeadbeef" };
  }

  #grant(time: bigint): Gibberish {
    const random = this.#random;
    const [credential, grantee, purpose] = [random.pick(CREDENTIALS), random.pick(GRANTEES), random.pick(PURPOSES)];
    const { grants } = this.#state;
    const of = { credential, grantee, purpose, holder: holderOf(credential), issuer: issuerOf(credential) };
    const key = (who: number): string => `${credential} ${who} ${purpose}`;
    const before = grants.get(key(grantee));
    const sequence = (before?.sequence ?? 0) + 1;
    const say = (name: string, record: GrantRecord, more: object = {}): Gibberish => {
      grants.set(key(grantee), record);
      return grantEvent(name, { ...of, record }, { reason: random.int(4), legalBasis: random.int(6), ...more });
    };
    const granted = (flags: number): GrantRecord => ({
      ...{ grantedAt: time, notBefore: time + BigInt(random.chance(0.2) ? random.int(200) : 0), lockedUntil: 0n },
      ...{ expiresAt: random.chance(0.5) ? time + 60n + BigInt(random.int(600)) : 0n, revokedAt: 0n },
      ...{ retention: BigInt(random.int(3) * 100), sequence, flags },
    });
    const dice = random.int(100);
    if (before === undefined || before.grantedAt === 0n || dice < 35) {
      if (before === undefined && dice < 8)
        return say("SignaturesCancelled", {
          ...granted(0),
          grantedAt: 0n,
          notBefore: 0n,
          expiresAt: 0n,
          retention: 0n,
        });
      const parent = random.pick(GRANTEES);
      const above = grants.get(key(parent));
      const onward = above !== undefined && parent !== grantee && (above.flags & MAY_GRANT_ONWARD) !== 0;
      if (onward && above.grantedAt !== 0n)
        return say("GrantedOnward", granted(GRANTED_ONWARD), {
          ...{ grantor: address(parent), parentGrantedAt: above.grantedAt, context: bytes32(random.int(9)) },
        });
      return say("Granted", granted(random.chance(0.6) ? MAY_GRANT_ONWARD : 0), { context: bytes32(random.int(9)) });
    }
    const next = { ...before, sequence };
    if (dice < 60) return say("Revoked", { ...next, revokedAt: time });
    if (dice < 70)
      return say("Released", { ...next, revokedAt: time, retention: 0n, lockedUntil: 0n, flags: next.flags | 1 });
    const holdUntil = time + BigInt(random.int(300));
    const hold = { authority: address(AUTHORITY), until: holdUntil, orderRef: bytes32(random.int(9)), holdUntil };
    if (dice < 90) return say("Held", { ...next, flags: next.flags | HELD }, hold);
    return say("HoldLifted", { ...next, flags: next.flags | HELD }, { ...hold, holdUntil: 0n });
  }

  #credential(time: bigint): Gibberish | undefined {
    const random = this.#random;
    const credential = random.pick(CREDENTIALS);
    const before = this.#state.credentials.get(credential) ?? NOTHING;
    const say = (name: Parameters<typeof credentialEvent>[0], change: Partial<Times>, more: object = {}): Gibberish => {
      const record = { ...before, ...change, sequence: before.sequence + 1 };
      this.#state.credentials.set(credential, record);
      const who = { credential, holder: holderOf(credential), issuer: issuerOf(credential) };
      return credentialEvent(name, { ...who, record, reason: random.int(5), ...more });
    };
    const dice = random.int(100);
    if (before.anchoredAt === 0n && dice < 75)
      return say(
        "CredentialAnchored",
        {
          anchoredAt: time,
          validFrom: random.chance(0.2) ? time + BigInt(random.int(100)) : 0n,
          validUntil: random.chance(0.3) ? time + 200n + BigInt(random.int(400)) : 0n,
        },
        { type: 0x70 + random.int(2), replaces: random.chance(0.3) ? random.pick(CREDENTIALS) : 0 },
      );
    if (before.revokedAt === 0n && dice < 85) return say("CredentialRevoked", { revokedAt: time });
    if (before.withdrawnAt === 0n && dice < 92) return say("CredentialWithdrawn", { withdrawnAt: time });
    if (before.supersededAt === 0n)
      return say("CredentialSuperseded", { supersededAt: time }, { supersededBy: random.pick(CREDENTIALS) });
    return undefined;
  }

  #entity(): Gibberish {
    const random = this.#random;
    const account = random.pick(ENTITIES);
    const { entities } = this.#state;
    const before = entities.get(account) ?? { sequence: 0, status: "NONE" };
    const sequence = before.sequence + 1;
    const say = (name: string, status: string): Gibberish => {
      entities.set(account, { sequence, status });
      return entityEvent(name, {
        ...{ account, sequence, reason: random.int(5), kinds: random.pick([1, 1, 3, 2]) },
        ...{ jurisdiction: random.pick(["DE", "LU"]), name: `Entity ${account} ${sequence}`, uri: `urn:${sequence}` },
      });
    };
    if (before.status === "NONE" || before.status === "WITHDRAWN") return say("EntityRegistered", "ACTIVE");
    if (random.chance(0.4)) return say("EntityAmended", before.status);
    if (before.status === "SUSPENDED") return say("EntityReinstated", "ACTIVE");
    return random.chance(0.7) ? say("EntitySuspended", "SUSPENDED") : say("EntityWithdrawn", "WITHDRAWN");
  }

  #operation(time: bigint): Gibberish {
    const random = this.#random;
    const { operations } = this.#state;
    if (operations === 0 || random.chance(0.6)) {
      this.#state.operations += 1;
      return said("AccessManager", "OperationScheduled", {
        ...{ operationId: bytes32(operations + 1), nonce: 1, schedule: time + BigInt(random.int(60)) },
        ...{ caller: address(0xa2), target: CONTRACTS.EntityRegistry, data: "0x" },
      });
    }
    const name = random.pick(["OperationExecuted", "OperationCanceled"]);
    return said("AccessManager", name, { operationId: bytes32(1 + random.int(operations)), nonce: 1 });
  }
}
