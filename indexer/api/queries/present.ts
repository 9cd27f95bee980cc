import { caip2 } from "../../grants/caip.ts";
import type { UnixTime } from "../../grants/record.ts";
import { chainHealth } from "../../ops/health.ts";
import type { Context } from "../context.ts";
import { badInput } from "../errors.ts";
import { presentTime, readChains } from "../read/chain.ts";
import type { Moment } from "../read/grants.ts";
import type { Evaluation } from "../types/chainEvaluation.ts";

/** The clock in unix seconds. */
export const nowOf = ({ clock }: Pick<Context, "clock">): UnixTime => BigInt(Math.floor(clock() / 1000));

export const unknownChain = (chain: bigint) =>
  badInput(`chain: ${caip2(chain)} is not indexed here; the query chains lists those that are`);

/** The moment a list is about, and up to where its chains are known. */
export interface Setting {
  readonly moment: Moment;
  readonly evaluatedAt: readonly Evaluation[];
}

/**
 * Reads the chains that a list is about. Done before its rows are read, so that everything up to the blocks named here is
 * in the rows, and perhaps a little more.
 * @throws GraphQLError BAD_INPUT for an unknown chain and for a moment that no chain can have told us of.
 */
export async function readSetting(
  context: Context,
  chain: bigint | null | undefined,
  at: UnixTime | null | undefined,
): Promise<Setting> {
  const now = nowOf(context);
  const chains = (await readChains(context.database)).filter((one) => chain == null || one.chainId === chain);
  if (chain != null && chains.length === 0) throw unknownChain(chain);
  if (at != null && at > now && chains.every((one) => at > presentTime(one, now)))
    throw badInput("at: expected a moment that is not still to come");
  return {
    moment: { now, at: at ?? undefined },
    evaluatedAt: chains.map((one) => ({
      chain: one,
      health: chainHealth(one, context.clock(), context.maxStalenessSeconds),
      at: at ?? presentTime(one, now),
    })),
  };
}

/** The latest of the moments that chains are looked at. */
export const latestOf = (evaluations: readonly Evaluation[]): UnixTime =>
  evaluations.reduce((latest, { at }) => (at > latest ? at : latest), 0n);
