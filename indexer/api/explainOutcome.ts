import type { Address } from "../grants/bytes.ts";
import { caip2 } from "../grants/caip.ts";
import { purposeWords } from "../grants/codes.ts";
import { explainGrant, explainNoGrant, isoTime, shortAddress, when } from "../grants/explain.ts";
import type { Purpose } from "../grants/ids.ts";
import type { ConsideredChain } from "./considered.ts";
import type { Outcome } from "./decide.ts";
import type { ReadUse } from "./grantDecision.ts";
import type { CredentialStanding, IssuerStanding, StandingDenial } from "./standing.ts";

/** An outcome, and the question it answers. */
export interface Explained {
  readonly outcome: Outcome;
  readonly grantee: Address;
  readonly purpose: Purpose | undefined;
  readonly use: ReadUse;
}

/** The sentence of an answer: of the grant or the standing that decided, or of what stood in the way. */
export function explainOutcome({ outcome, grantee, purpose, use }: Explained): string {
  if (outcome.decision === "INDETERMINATE")
    return `it cannot be said whether ${shortAddress(grantee)} may read this, because ${obstacleWords(outcome)}`;
  if (outcome.denial !== undefined) {
    const asked = outcome.deciding?.grant.purpose ?? purpose;
    const forWhat = asked === undefined ? "" : ` for ${purposeWords(asked)}`;
    const although = outcome.deciding === undefined ? "" : ", although a grant is active";
    return `${shortAddress(grantee)} may not read this${forWhat}${although}, because ${denialWords(outcome.denial)}`;
  }
  if (outcome.deciding === undefined) return explainNoGrant(grantee, purpose);
  const { grant, on } = outcome.deciding;
  const { record, parentEnd, holdUntil, parent } = grant;
  const grantor = parent?.grantor;
  return explainGrant({ grantee, purpose: grant.purpose, use, record, parentEnd, holdUntil, grantor, at: on.at });
}

function obstacleWords({ reason, obstacle, unknown }: Outcome): string {
  if (obstacle === undefined) return "no chain is indexed yet";
  const chain = caip2(obstacle.chain.chainId);
  const may = unknown === "STANDING" ? ", and the credential may have been taken back there" : "";
  switch (reason) {
    case "AT_IN_FUTURE":
      return `${isoTime(obstacle.at)} is still to come, and a grant may be ended or made until then`;
    case "CHAIN_QUARANTINED":
      return `${chain} contradicted itself and waits for the operator of this index${may}`;
    case "CHAIN_NOT_FINAL":
      return `no block of ${chain} is yet as final as was asked for${may}`;
    case "CHAIN_LAGS":
      return `${chain} is known less far than was asked for${may}`;
    case "CHAIN_STALE":
      return `the node of ${chain} has not confirmed its newest block for too long${may}`;
    case "CHAIN_RETIRED":
      return `${chain} is no longer followed here, and what it last said may have changed since${may}`;
    default:
      return `the history of ${chain} is still being read${may}`;
  }
}

function denialWords(denial: StandingDenial): string {
  if (denial.subject === "ISSUER") return denial.by === undefined ? NO_ISSUER : issuerWords(denial.by);
  return denial.by === undefined ? NO_ANCHOR : credentialWords(denial.by);
}

const NO_ANCHOR = "no issuer has anchored the credential on any of the chains asked";
const NO_ISSUER = "the issuer of the credential is registered as one, and active, on none of the chains asked";

function credentialWords({ on, facts, status }: CredentialStanding): string {
  if (facts === undefined) return NO_ANCHOR;
  const { record } = facts;
  const say = (what: string, t: bigint): string => `${what} on ${when(t, on.at)}${where(on)}`;
  switch (status) {
    case "REVOKED":
      return say("the issuer took the credential back", record.revokedAt);
    case "WITHDRAWN":
      return say("the holder took the credential back", record.withdrawnAt);
    case "SUPERSEDED":
      return say("the issuer replaced the credential by a newer version", record.supersededAt);
    case "EXPIRED":
      return say("the credential expired", record.validUntil);
    default:
      return `the credential is valid only from ${when(record.validFrom, on.at)}${where(on)}`;
  }
}

function issuerWords({ on, facts, status }: IssuerStanding): string {
  if (facts === undefined) return NO_ISSUER;
  const since = `${when(facts.statusSince, on.at)}${where(on)}`;
  return status === "WITHDRAWN"
    ? `the registration of the issuer of the credential was withdrawn on ${since}`
    : `the issuer of the credential has been suspended since ${since}`;
}

const where = (on: ConsideredChain): string => ` (${caip2(on.chain.chainId)})`;
