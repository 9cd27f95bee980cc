import type { Address } from "../grants/bytes.ts";
import { type CredentialStatus, statusAt } from "../grants/credentialStatus.ts";
import type { UnixTime } from "../grants/record.ts";
import { NEVER } from "../grants/rule.ts";
import { type ConsideredChain, followed, isRetired, obstacleOf } from "./considered.ts";
import type { CredentialWorth } from "./read/credential.ts";
import type { IssuerFacts } from "./read/issuer.ts";

/**
 * What a credential and its issuer are worth, registry by registry, and whether that forbids reading for a purpose. Pure;
 * docs/ARCHITECTURE.md, "Decision".
 */

export const ISSUER_STATUSES = ["NOT_REGISTERED", "ACTIVE", "SUSPENDED", "WITHDRAWN"] as const;
export type IssuerStatus = (typeof ISSUER_STATUSES)[number];

/** Bit of an entity's kinds; contracts/interfaces/IEntityRegistry.sol. */
const ISSUER = 1;

export interface CredentialStanding {
  readonly on: ConsideredChain;
  readonly contract: Address;
  readonly facts: CredentialWorth | undefined;
  readonly status: CredentialStatus;
}

export interface IssuerStanding {
  readonly on: ConsideredChain;
  readonly contract: Address;
  readonly facts: IssuerFacts | undefined;
  readonly status: IssuerStatus;
}

export const credentialStandings = (chains: readonly ConsideredChain[]): CredentialStanding[] =>
  chains.flatMap((on) =>
    on.credentials.map(({ contract, facts }) => ({
      on,
      contract,
      facts,
      status: facts === undefined ? "NOT_ANCHORED" : statusAt(facts.record, on.at),
    })),
  );

export const issuerStandings = (chains: readonly ConsideredChain[]): IssuerStanding[] =>
  chains.flatMap((on) =>
    on.issuers.map(({ contract, facts }) => ({ on, contract, facts, status: issuerStatus(facts) })),
  );

/** Whoever is registered, but not as an issuer, is not registered as one. */
const issuerStatus = (facts: Pick<IssuerFacts, "kinds" | "status"> | undefined): IssuerStatus =>
  facts === undefined || (facts.kinds & ISSUER) === 0 ? "NOT_REGISTERED" : facts.status;

/** What takes a credential's worth away, the strongest first: the first that holds anywhere is reported. */
const CREDENTIAL_DENIALS = [
  ["REVOKED", "CREDENTIAL_REVOKED"],
  ["WITHDRAWN", "CREDENTIAL_WITHDRAWN"],
  ["SUPERSEDED", "CREDENTIAL_SUPERSEDED"],
  ["EXPIRED", "CREDENTIAL_EXPIRED"],
  ["NOT_YET_VALID", "CREDENTIAL_NOT_YET_VALID"],
] as const satisfies readonly (readonly [CredentialStatus, string])[];

/** The same of an issuer: what lasts before what may pass. */
const ISSUER_DENIALS = [
  ["WITHDRAWN", "ISSUER_WITHDRAWN"],
  ["SUSPENDED", "ISSUER_SUSPENDED"],
] as const satisfies readonly (readonly [IssuerStatus, string])[];

export const CREDENTIAL_REASONS = [
  ...CREDENTIAL_DENIALS.map(([, reason]) => reason),
  "CREDENTIAL_NOT_ANCHORED" as const,
];
export const ISSUER_REASONS = [...ISSUER_DENIALS.map(([, reason]) => reason), "ISSUER_NOT_REGISTERED" as const];

/** Why standing forbids reading, and the registry whose word that is; none where it is that none says anything. */
export type StandingDenial =
  | {
      readonly subject: "CREDENTIAL";
      readonly reason: (typeof CREDENTIAL_REASONS)[number];
      readonly by: CredentialStanding | undefined;
    }
  | {
      readonly subject: "ISSUER";
      readonly reason: (typeof ISSUER_REASONS)[number];
      readonly by: IssuerStanding | undefined;
    };

/**
 * What is known to forbid reading for a purpose: the credential before its issuer. Only a chain that can answer counts,
 * and that nobody vouches for the credential is known only when every registry can. Of a retired chain what nothing undoes
 * still counts, and nothing else.
 */
export function denialByStanding(
  chains: readonly ConsideredChain[],
  credentials: readonly CredentialStanding[],
  issuers: readonly IssuerStanding[],
  requireAnchor: boolean,
): StandingDenial | undefined {
  for (const [status, reason] of CREDENTIAL_DENIALS) {
    const by = credentials.find(
      (one) => one.status === status && (answers(one) || (isRetired(one.on) && LASTING.has(reason))),
    );
    if (by !== undefined) return { subject: "CREDENTIAL", reason, by };
  }
  if (
    requireAnchor &&
    !credentials.some((one) => one.status === "VALID" && vouches(one)) &&
    knownOf(chains, "credentials")
  )
    return { subject: "CREDENTIAL", reason: "CREDENTIAL_NOT_ANCHORED", by: undefined };
  for (const [status, reason] of ISSUER_DENIALS) {
    const by = issuers.find((one) => one.status === status && answers(one));
    if (by !== undefined) return { subject: "ISSUER", reason, by };
  }
  if (requireAnchor && !issuers.some((one) => one.status === "ACTIVE" && vouches(one)) && knownOf(chains, "issuers"))
    return { subject: "ISSUER", reason: "ISSUER_NOT_REGISTERED", by: undefined };
  return undefined;
}

const vouches = ({ on }: { readonly on: ConsideredChain }): boolean => !isRetired(on);
const answers = ({ on }: { readonly on: ConsideredChain }): boolean => obstacleOf(on) === undefined;

/** Whether all that registries say is known. A chain without one has nothing to say, but for a moment still to come. */
const knownOf = (chains: readonly ConsideredChain[], registries: "credentials" | "issuers"): boolean =>
  followed(chains).every((on) => obstacleOf(on) === undefined || (!on.inFuture && on[registries].length === 0));

/** When a status changes by itself; acts are not foreseen, so an end that came later than the moment does not count. */
function nextStatusChange({ facts, status }: Pick<CredentialStanding, "facts" | "status">): UnixTime {
  if (facts === undefined) return NEVER;
  const { validFrom, validUntil } = facts.record;
  if (status !== "NOT_YET_VALID" && status !== "VALID") return NEVER;
  const end = validUntil === 0n ? NEVER : validUntil;
  return status === "NOT_YET_VALID" && validFrom < end ? validFrom : end;
}

/** What no passing of time undoes, and nothing stronger comes about by time alone. */
const LASTING: ReadonlySet<string> = new Set([
  "CREDENTIAL_REVOKED",
  "CREDENTIAL_WITHDRAWN",
  "CREDENTIAL_SUPERSEDED",
  "CREDENTIAL_EXPIRED",
]);

/** Until when this denial stands by itself: a stronger one may take its place, or its own cause may pass. */
export const denialStandsUntil = (denial: StandingDenial, credentials: readonly CredentialStanding[]): UnixTime =>
  LASTING.has(denial.reason) ? NEVER : earliestChange(credentials.filter(answers));

/** The earliest change that comes by itself. */
export const earliestChange = (credentials: readonly CredentialStanding[]): UnixTime =>
  credentials.map(nextStatusChange).reduce((a, b) => (a < b ? a : b), NEVER);
