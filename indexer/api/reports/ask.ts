import type { Context } from "../context.ts";
import type { KnownAt } from "../knownAt.ts";
import { type FinalityWanted, momentOf } from "../moment.ts";
import { completeSetting } from "../queries/complete.ts";
import type { Setting } from "../queries/present.ts";
import { readChains } from "../read/chain.ts";
import type { Asked, Given, Report } from "./report.ts";

/** By when it is to have been known, and how final. */
export interface Truth {
  readonly knownAt?: KnownAt | null | undefined;
  readonly finality?: FinalityWanted | null | undefined;
}

/**
 * What is asked of a report, of one truth: what was known of each chain by its newest write that is seen now. What was known
 * by then never changes, so that nothing has to be kept open while rows are read, and they can be read again.
 * @throws GraphQLError BAD_INPUT when it makes no question.
 */
export async function ask<Args, Row, Key>(
  context: Context,
  report: Pick<Report<Args, Row, Key>, "toArgs">,
  given: Given,
  truth: Truth,
): Promise<{ asked: Asked<Args>; setting: Setting }> {
  const wanted = momentOf(context, truth);
  const chains = await readChains(context.database, wanted.known);
  // Also where a moment of the clock was asked for, which names one truth only nearly.
  const moment = { ...wanted, known: new Map(chains.map((chain) => [chain.chainId, chain.knownAt])) };
  return {
    asked: { args: report.toArgs(given, moment, chains), moment, chains },
    setting: completeSetting(context, moment, chains),
  };
}
