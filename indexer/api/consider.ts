import type { CredentialRef } from "../grants/bytes.ts";
import { chainHealth, chainLag } from "../ops/health.ts";
import type { ConsideredChain } from "./considered.ts";
import type { Context } from "./context.ts";
import { type Moment, nowOf } from "./moment.ts";
import { presentTime } from "./read/chain.ts";
import type { ChainAnswer } from "./read/findings.ts";

/** What is demanded of the chains of an answer. */
export interface Demands {
  /** Blocks that a chain may be behind its node's head. */
  readonly maxLag?: bigint | null | undefined;
}

/** What chains say of a credential, each looked at at its moment, and whether an answer can rest on it. */
export function consider(
  { maxStalenessSeconds }: Pick<Context, "maxStalenessSeconds">,
  { credential, moment, demands }: { credential: CredentialRef; moment: Moment; demands: Demands },
  found: readonly ChainAnswer[],
): ConsideredChain[] {
  const now = nowOf(moment);
  const { at, clock } = moment;
  return found.map((one) => {
    const present = presentTime(one.chain, now);
    return {
      ...one,
      credential,
      moment,
      health: chainHealth(one.chain, clock, maxStalenessSeconds),
      unmet: unmetBy(one, moment, demands),
      at: at ?? present,
      inFuture: at !== undefined && at > present,
    };
  });
}

function unmetBy({ chain }: ChainAnswer, { finality }: Moment, { maxLag }: Demands): ConsideredChain["unmet"] {
  const { safeNumber, finalizedNumber } = chain;
  const reached = finality === "SAFE" ? (safeNumber ?? finalizedNumber) : finalizedNumber;
  if (finality !== "LATEST" && reached === null) return "CHAIN_NOT_FINAL";
  const lag = chainLag(chain);
  return maxLag != null && lag !== null && lag > maxLag ? "CHAIN_LAGS" : undefined;
}
