import { toCredentialRef } from "../../grants/bytes.ts";
import type { ObservedChain } from "../../ops/health.ts";
import { consider, type Demands } from "../consider.ts";
import { followed, obstacleOf } from "../considered.ts";
import type { Context } from "../context.ts";
import type { Moment } from "../moment.ts";
import { evaluate, type Setting } from "./present.ts";

const NO_CREDENTIAL = toCredentialRef(new Uint8Array(32));
const NO_DEMANDS: Demands = {};

/** Whether every chain of which something is expected can answer. */
export function isComplete(
  context: Pick<Context, "maxStalenessSeconds">,
  moment: Moment,
  chains: readonly ObservedChain[],
  demands: Demands = NO_DEMANDS,
): boolean {
  const alone = chains.map((chain) => ({ chain, grants: [], credentials: [], issuers: [] }));
  return followed(consider(context, { credential: NO_CREDENTIAL, moment, demands }, alone)).every(
    (one) => obstacleOf(one) === undefined,
  );
}

/** What is said beside a report of the chains that it was read from. */
export const completeSetting = (
  context: Pick<Context, "maxStalenessSeconds">,
  moment: Moment,
  chains: readonly ObservedChain[],
): Setting => ({
  ...evaluate(context, moment, chains),
  complete: chains.length > 0 && isComplete(context, moment, chains),
});
