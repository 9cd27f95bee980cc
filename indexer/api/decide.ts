import type { UnixTime } from "../grants/record.ts";
import { NEVER } from "../grants/rule.ts";
import { type ConsideredChain, firstObstacle, followed, OBSTACLES, type Obstacle } from "./considered.ts";
import { type Candidate, decideByGrants, GRANT_REASONS, type GrantDecision, type ReadUse } from "./grantDecision.ts";
import {
  CREDENTIAL_REASONS,
  type CredentialStanding,
  credentialStandings,
  denialByStanding,
  denialStandsUntil,
  earliestChange,
  ISSUER_REASONS,
  type IssuerStanding,
  issuerStandings,
  type StandingDenial,
} from "./standing.ts";

/**
 * The decision of a check, from what the ledger holds: the grants, which give access, and then, for reading for a purpose,
 * the standing of the credential and its issuer, which takes it away. Pure; docs/ARCHITECTURE.md, "Decision".
 */

export const DECISIONS = ["ALLOWED", "DENIED", "INDETERMINATE"] as const;
export type Decision = (typeof DECISIONS)[number];

export const CHECK_REASONS = [...GRANT_REASONS, ...CREDENTIAL_REASONS, ...ISSUER_REASONS, ...OBSTACLES] as const;
export type CheckReason = (typeof CHECK_REASONS)[number];

export const CHECK_SUBJECTS = ["GRANT", "CREDENTIAL", "ISSUER"] as const;
export type CheckSubject = (typeof CHECK_SUBJECTS)[number];

export interface Outcome {
  readonly decision: Decision;
  readonly reason: CheckReason;
  /** What decided; undefined when INDETERMINATE. */
  readonly decidedBy: CheckSubject | undefined;
  /** The grant that decided, or that would have allowed the use had the standing not forbidden it. */
  readonly deciding: Candidate | undefined;
  /** The standing that forbade the use. */
  readonly denial: StandingDenial | undefined;
  /** The chain that made the answer INDETERMINATE, and what could not be known of it. */
  readonly obstacle: ConsideredChain | undefined;
  readonly unknown: "GRANTS" | "STANDING" | undefined;
  /** When the answer changes by itself at the latest; undefined never. */
  readonly validUntil: UnixTime | undefined;
  /** The nearest grant of each chain that has one, the deciding one first. */
  readonly nearest: readonly Candidate[];
  /** Every registry of the chains asked. */
  readonly credentials: readonly CredentialStanding[];
  readonly issuers: readonly IssuerStanding[];
}

export function decide(use: ReadUse, chains: readonly ConsideredChain[], requireAnchor = false): Outcome {
  const grants = decideByGrants(use, chains);
  const credentials = credentialStandings(chains);
  const issuers = issuerStandings(chains);
  const known = { nearest: nearestOf(grants), credentials, issuers };

  // Whoever relied on a credential must be able to keep and show it, whatever became of it since.
  const narrows = use === "PURPOSE" && grants.decision !== "DENIED" && chains.length > 0;
  const denial = narrows ? denialByStanding(chains, credentials, issuers, requireAnchor) : undefined;
  if (denial !== undefined) return { ...deniedBy(denial, grants, credentials), ...known };
  // Standing takes away, so what is not known of it could.
  const unknown = narrows ? firstObstacle(followed(chains).filter(hasRegistry)) : undefined;
  if (unknown !== undefined && grants.decision === "ALLOWED")
    return { ...indeterminate(unknown.reason, unknown.on, "STANDING"), ...known };

  switch (grants.decision) {
    case "INDETERMINATE":
      return { ...indeterminate(grants.reason, grants.obstacle, "GRANTS"), ...known };
    case "DENIED":
      return {
        ...NOTHING,
        decision: "DENIED",
        reason: grants.reason,
        decidedBy: "GRANT",
        deciding: grants.closest,
        validUntil: finite(grants.until),
        ...known,
      };
    default:
      return {
        ...NOTHING,
        decision: "ALLOWED",
        reason: grants.allowing.state === "ACTIVE" ? "ACTIVE" : "RETAINED",
        decidedBy: "GRANT",
        deciding: grants.allowing,
        validUntil: finite(use === "PURPOSE" ? earlier(grants.until, earliestChange(credentials)) : grants.until),
        ...known,
      };
  }
}

const NOTHING = { deciding: undefined, denial: undefined, obstacle: undefined, unknown: undefined } as const;

type Verdict = Omit<Outcome, "nearest" | "credentials" | "issuers">;

function deniedBy(denial: StandingDenial, grants: GrantDecision, credentials: readonly CredentialStanding[]): Verdict {
  const allowing = grants.decision === "ALLOWED" ? grants : undefined;
  const stands = denialStandsUntil(denial, credentials);
  return {
    ...NOTHING,
    decision: "DENIED",
    reason: denial.reason,
    decidedBy: denial.subject,
    deciding: allowing?.allowing,
    denial,
    // Once the grant ends, that is what denies.
    validUntil: finite(allowing === undefined ? stands : earlier(stands, allowing.until)),
  };
}

const indeterminate = (
  reason: Obstacle,
  obstacle: ConsideredChain | undefined,
  unknown: "GRANTS" | "STANDING",
): Verdict => ({
  ...NOTHING,
  decision: "INDETERMINATE",
  reason,
  decidedBy: undefined,
  obstacle,
  unknown,
  validUntil: undefined,
});

const hasRegistry = ({ credentials, issuers }: ConsideredChain): boolean => credentials.length + issuers.length > 0;

/** The nearest grant of each chain; one that allows comes before nearer ones of chains that cannot answer. */
function nearestOf({ candidates, ...grants }: GrantDecision): Candidate[] {
  const nearest = candidates.filter((one, i) => candidates.findIndex((other) => other.on === one.on) === i);
  if (grants.decision !== "ALLOWED") return nearest;
  const { allowing } = grants;
  return [allowing, ...nearest.filter((one) => one.on !== allowing.on)];
}

const earlier = (a: UnixTime, b: UnixTime): UnixTime => (a < b ? a : b);
const finite = (t: UnixTime): UnixTime | undefined => (t === NEVER ? undefined : t);
