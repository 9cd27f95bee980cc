import { AbiCoder, keccak256 } from "ethers";
import { activeEnd, type Bearings, GRANTED_ONWARD, type Grant, HELD, NEVER, NO_GRANT } from "./record.ts";

/** What the contracts of one chain hold after a block. Values are never changed in place, so that a copy is cheap. */
export interface Contracts {
  readonly grants: Map<string, HeldGrant>;
  readonly credentials: Map<string, Credential>;
  readonly entities: Map<string, Entity>;
  /** Periods in which a grant was passed on, by `periodOf`. */
  readonly periods: Map<string, Period>;
  /** Operations that wait in the AccessManager, by their id, and how many were ever scheduled. */
  readonly operations: Map<string, bigint>;
  scheduled: bigint;
}

/** Who may read what: the parts that a grant's name is made of. */
export interface GrantName {
  readonly holder: string;
  readonly issuer: string;
  readonly seal: string;
  readonly grantee: string;
  readonly purpose: number;
}

export interface HeldGrant {
  readonly name: GrantName;
  readonly record: Grant;
  /** Until when each authority holds it. */
  readonly holds: ReadonlyMap<string, bigint>;
  /** The grant under which it was granted onward, and in which of its periods. */
  readonly parent: { readonly id: string; readonly grantedAt: bigint } | undefined;
}

/** To whom a grant was passed on in one of its periods, and when that ended, once another has begun. */
export interface Period {
  readonly relying: string;
  readonly activeEnd: bigint | undefined;
}

export const periodOf = (id: string, grantedAt: bigint): string => `${id}${grantedAt}`;

export interface Credential {
  readonly name: Pick<GrantName, "holder" | "issuer" | "seal">;
  readonly anchoredAt: bigint;
  readonly validFrom: bigint;
  readonly validUntil: bigint;
  readonly revokedAt: bigint;
  readonly withdrawnAt: bigint;
  readonly supersededAt: bigint;
  readonly sequence: bigint;
  readonly successor: string | undefined;
}

export interface Entity {
  readonly status: "ACTIVE" | "SUSPENDED" | "WITHDRAWN";
  readonly kinds: number;
  readonly sequence: bigint;
}

export const nothing = (): Contracts => ({
  ...{ grants: new Map(), credentials: new Map(), entities: new Map(), periods: new Map(), operations: new Map() },
  scheduled: 0n,
});

export const copyOf = (contracts: Contracts): Contracts => ({
  grants: new Map(contracts.grants),
  credentials: new Map(contracts.credentials),
  entities: new Map(contracts.entities),
  periods: new Map(contracts.periods),
  operations: new Map(contracts.operations),
  scheduled: contracts.scheduled,
});

const hashed = (types: readonly string[], values: readonly unknown[]): string =>
  keccak256(AbiCoder.defaultAbiCoder().encode(types, values));

export const credentialOf = ({ holder, issuer, seal }: Pick<GrantName, "holder" | "issuer" | "seal">): string =>
  hashed(["address", "address", "bytes32"], [holder, issuer, seal]);

export const grantIdOf = (credential: string, grantee: string, purpose: number): string =>
  hashed(["bytes32", "address", "uint16"], [credential, grantee, purpose]);

export const grantAt = ({ grants }: Contracts, id: string, name: GrantName): HeldGrant =>
  grants.get(id) ?? { name, record: NO_GRANT, holds: new Map(), parent: undefined };

/** The parent's own record tells its active end, unless another period of it has begun since. */
export function bearingsOf(contracts: Contracts, { record, holds, parent }: HeldGrant): Bearings {
  const holdUntil = (record.flags & HELD) === 0n ? 0n : [...holds.values()].reduce((a, b) => (a > b ? a : b), 0n);
  if ((record.flags & GRANTED_ONWARD) === 0n || parent === undefined) return { parentEnd: NEVER, holdUntil };
  const above = contracts.grants.get(parent.id)?.record;
  const parentEnd =
    above?.grantedAt === parent.grantedAt
      ? activeEnd(above, NEVER)
      : (contracts.periods.get(periodOf(parent.id, parent.grantedAt))?.activeEnd ?? 0n);
  return { parentEnd, holdUntil };
}
