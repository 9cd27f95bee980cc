import type { Pair } from "./cast.ts";
import { bearingsOf, type Contracts } from "./ledgerState.ts";
import { type State, stateAt } from "./record.ts";

/** What a check has to answer, restated from what the contracts of each chain say of a pair. docs/ARCHITECTURE.md. */

export type Use = "PURPOSE" | "RECORD_KEEPING";
type Status = "NOT_ANCHORED" | "VALID" | "NOT_YET_VALID" | "EXPIRED" | "SUPERSEDED" | "WITHDRAWN" | "REVOKED";

/** What one chain says of a pair at a moment. */
export interface Seen {
  readonly state: State;
  readonly status: Status;
  readonly issuer: "NOT_REGISTERED" | "ACTIVE" | "SUSPENDED" | "WITHDRAWN";
}

/** @param contracts as they were after the last block until then. */
export function seenAt(contracts: Contracts, pair: Pair, at: bigint): Seen {
  const grant = contracts.grants.get(pair.grantId);
  const issuer = contracts.entities.get(pair.issuer);
  return {
    state: grant === undefined ? "NONE" : stateAt(grant.record, bearingsOf(contracts, grant), at),
    status: statusAt(contracts, pair.credential, at),
    issuer: issuer === undefined || (issuer.kinds & 1) === 0 ? "NOT_REGISTERED" : issuer.status,
  };
}

function statusAt({ credentials }: Contracts, ref: string, at: bigint): Status {
  const one = credentials.get(ref);
  if (one === undefined) return "NOT_ANCHORED";
  const reached = (moment: bigint): boolean => moment !== 0n && moment <= at;
  if (reached(one.revokedAt)) return "REVOKED";
  if (reached(one.withdrawnAt)) return "WITHDRAWN";
  if (reached(one.supersededAt)) return "SUPERSEDED";
  if (!reached(one.anchoredAt)) return "NOT_ANCHORED";
  if (reached(one.validUntil)) return "EXPIRED";
  return at < one.validFrom ? "NOT_YET_VALID" : "VALID";
}

const ENDS = ["EXPIRED", "REVOKED", "RELEASED", "REVOKED_BEFORE_START", "PARENT_ENDED"];
const TAKEN = ["REVOKED", "WITHDRAWN", "SUPERSEDED", "EXPIRED", "NOT_YET_VALID"] as const;

/** The decision, and the reasons that may be given for it. */
export interface Expected {
  readonly decision: "ALLOWED" | "DENIED";
  readonly reasons: readonly string[];
}

export function expectedOf(seen: readonly Seen[], use: Use, requireAnchor: boolean): Expected {
  const any = (test: (one: Seen) => boolean): boolean => seen.some(test);
  const denied = (...reasons: readonly string[]): Expected => ({ decision: "DENIED", reasons });
  const active = any(({ state }) => state === "ACTIVE");
  const retained = any(({ state }) => state === "RETAINED");
  if (use === "RECORD_KEEPING" && (active || retained)) return { decision: "ALLOWED", reasons: ["ACTIVE", "RETAINED"] };
  if (use === "PURPOSE" && active) {
    for (const status of TAKEN) if (any((one) => one.status === status)) return denied(`CREDENTIAL_${status}`);
    if (requireAnchor && !any(({ status }) => status === "VALID")) return denied("CREDENTIAL_NOT_ANCHORED");
    for (const standing of ["WITHDRAWN", "SUSPENDED"] as const)
      if (any(({ issuer }) => issuer === standing)) return denied(`ISSUER_${standing}`);
    if (requireAnchor && !any(({ issuer }) => issuer === "ACTIVE")) return denied("ISSUER_NOT_REGISTERED");
    return { decision: "ALLOWED", reasons: ["ACTIVE"] };
  }
  if (retained) return denied("RECORD_KEEPING_ONLY");
  if (any(({ state }) => state === "PENDING")) return denied("NOT_STARTED");
  return any(({ state }) => state === "ENDED") ? denied(...ENDS) : denied("NO_GRANT");
}
