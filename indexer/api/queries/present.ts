import { caip2 } from "../../grants/caip.ts";
import type { UnixTime } from "../../grants/record.ts";
import type { ObservedChain } from "../../ops/health.ts";
import type { Context } from "../context.ts";
import { badInput } from "../errors.ts";
import { presentTime, readChains } from "../read/chain.ts";
import type { Moment } from "../read/grants.ts";

/** The clock in unix seconds. */
export const nowOf = ({ clock }: Pick<Context, "clock">): UnixTime => BigInt(Math.floor(clock() / 1000));

export const unknownChain = (chain: bigint) =>
  badInput(`chain: ${caip2(chain)} is not indexed here; the query chains lists those that are`);

/**
 * Checks what a list is asked about against the chains there are.
 * @throws GraphQLError BAD_INPUT for an unknown chain and for a moment that no chain can have told us of.
 */
export async function resolveMoment(
  context: Context,
  chain: bigint | null | undefined,
  at: UnixTime | null | undefined,
): Promise<Moment> {
  const now = nowOf(context);
  if (chain == null && at == null) return { now, at: undefined };
  const chains = (await readChains(context.database)).filter((one) => chain == null || one.chainId === chain);
  if (chain != null && chains.length === 0) throw unknownChain(chain);
  if (at != null && isAhead(at, chains, now)) throw badInput("at: expected a moment that is not still to come");
  return { now, at: at ?? undefined };
}

const isAhead = (at: UnixTime, chains: readonly ObservedChain[], now: UnixTime): boolean =>
  at > now && chains.every((chain) => at > presentTime(chain, now));
