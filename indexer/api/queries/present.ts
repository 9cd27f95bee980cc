import { caip2 } from "../../grants/caip.ts";
import type { UnixTime } from "../../grants/record.ts";
import { chainHealth, type ObservedChain } from "../../ops/health.ts";
import type { Context } from "../context.ts";
import { badInput } from "../errors.ts";
import type { KnownAt } from "../knownAt.ts";
import { knownAtOf, type Moment, nowOf } from "../moment.ts";
import { presentTime } from "../read/chain.ts";
import type { Evaluation } from "../types/chainEvaluation.ts";

export const unknownChain = (chain: bigint) =>
  badInput(`chain: ${caip2(chain)} is not indexed here; the query chains lists those that are`);

/** Up to where the chains of an answer are known, and by what it can be had again. */
export interface Setting {
  readonly evaluatedAt: readonly Evaluation[];
  readonly knownAt: KnownAt;
  /** Of a list of accesses: whether every chain asked can answer. */
  readonly complete?: boolean;
}

/**
 * What is said beside a list of the chains that it was read from.
 * @throws GraphQLError BAD_INPUT for an unknown chain and for a moment that no chain can have told us of.
 */
export function settingOf(
  context: Pick<Context, "maxStalenessSeconds">,
  moment: Moment,
  chains: readonly ObservedChain[],
  chain?: bigint | null,
): Setting {
  if (chain != null && chains.length === 0) throw unknownChain(chain);
  refuseFuture(moment, chains);
  return evaluate(context, moment, chains);
}

/** @throws GraphQLError BAD_INPUT for a moment that no chain can have told us of. */
export function refuseFuture(moment: Moment, chains: readonly ObservedChain[]): void {
  const { at } = moment;
  const now = nowOf(moment);
  if (at !== undefined && at > now && chains.every((one) => at > presentTime(one, now)))
    throw badInput("at: expected a moment that is not still to come");
}

/** The same, whatever the chain and moment. */
export function evaluate(
  { maxStalenessSeconds }: Pick<Context, "maxStalenessSeconds">,
  moment: Moment,
  chains: readonly ObservedChain[],
): Setting {
  const { clock, at } = moment;
  const now = nowOf(moment);
  return {
    evaluatedAt: chains.map((one) => ({
      chain: one,
      health: chainHealth(one, clock, maxStalenessSeconds),
      at: at ?? presentTime(one, now),
    })),
    knownAt: knownAtOf(moment, chains),
  };
}

/** What is said beside a list within something: of its chain as that was known. */
export const settingWithin = (
  context: Pick<Context, "maxStalenessSeconds">,
  { moment, chain }: { readonly moment: Moment; readonly chain: ObservedChain },
): Setting => evaluate(context, moment, [chain]);

/** The latest of the moments that chains are looked at. */
export const latestOf = (evaluations: readonly Evaluation[]): UnixTime =>
  evaluations.reduce((latest, { at }) => (at > latest ? at : latest), 0n);
