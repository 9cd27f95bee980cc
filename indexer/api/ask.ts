import type { Address, CredentialRef } from "../grants/bytes.ts";
import type { Purpose } from "../grants/ids.ts";
import type { ObservedChain } from "../ops/health.ts";
import { type AtLeast, readAtLeast } from "./atLeast.ts";
import { consider, type Demands } from "./consider.ts";
import type { ConsideredChain } from "./considered.ts";
import type { Context } from "./context.ts";
import { decide } from "./decide.ts";
import { badInput } from "./errors.ts";
import type { Explained } from "./explainOutcome.ts";
import type { ReadUse } from "./grantDecision.ts";
import { isPresent, type Moment, type MomentArguments, momentOf } from "./moment.ts";
import { unknownChain } from "./queries/present.ts";
import { readCheck, type Scope } from "./read/check.ts";
import type { ChainAnswer } from "./read/findings.ts";
import { readMany } from "./read/many.ts";

/** The one way to a decision: however somebody asks, GraphQL or AuthZEN, the question goes through here. */

export const MAX_CHECKS = 1_000;

/** Who wants to read what, and for what. */
export interface Question {
  readonly credential: CredentialRef;
  readonly grantee: Address;
  /** Any purpose when undefined. */
  readonly purpose: Purpose | undefined;
  readonly use: ReadUse;
}

/** What is asked of an answer besides: its moment, and what it must rest on. */
export interface Demand extends MomentArguments, Demands {
  readonly atLeast?: AtLeast | null | undefined;
  readonly requireAnchor?: boolean | null | undefined;
}

/** An outcome, the question it answers, and what it was read from. */
export interface Answer extends Explained {
  readonly credential: CredentialRef;
  readonly chains: readonly ConsideredChain[];
  readonly moment: Moment;
  readonly demand: Demand;
}

/** Answers to many questions, all of one moment and from one snapshot. */
export interface ManyAnswers {
  /** In the order of the questions. */
  readonly answers: readonly Answer[];
  readonly moment: Moment;
  /** The chains asked, also where there was no question. */
  readonly chains: readonly ObservedChain[];
}

/**
 * @param moment that of the demand, unless several questions are to be of the same.
 * @throws GraphQLError BAD_INPUT or NOT_YET_INDEXED, RetryableError when the database does not answer.
 */
export async function askCheck(
  context: Context,
  question: Question,
  demand: Demand,
  moment: Moment = momentOf(context, demand),
): Promise<Answer> {
  const { chain, atLeast } = demand;
  const chainId = chain ?? undefined;
  const found = await readAtLeast(
    atLeast,
    moment,
    () => readOne(context, question, { chainId, moment }),
    (answers) => answers.map((one) => one.chain),
  );
  if (chain != null && found.length === 0) throw unknownChain(chain);
  return answerBy(context, question, demand, moment, found);
}

async function readOne(
  { checks, database }: Context,
  question: Question,
  { chainId, moment }: Scope & { readonly moment: Moment },
): Promise<ChainAnswer[]> {
  if (!isPresent(moment)) return readCheck(database, question, { chainId, moment });
  const found = await checks.read(question, chainId);
  database.saw(found.map(({ chain }) => chain));
  return found;
}

/** The same for many at once. */
export async function askMany(
  context: Context,
  questions: readonly Question[],
  demand: Demand,
  moment: Moment = momentOf(context, demand),
): Promise<ManyAnswers> {
  const { chain, atLeast } = demand;
  if (questions.length > MAX_CHECKS) throw badInput(`checks: expected at most ${MAX_CHECKS}, got ${questions.length}`);
  const { pairs, chains } = await readAtLeast(
    atLeast,
    moment,
    () => readMany(context.database, questions, { chainId: chain ?? undefined, moment }),
    (found) => found.chains,
  );
  if (chain != null && chains.length === 0) throw unknownChain(chain);
  const answers = questions.map((question, i) => answerBy(context, question, demand, moment, pairs[i]?.chains ?? []));
  return { answers, moment, chains };
}

/** What follows from what was found about a question. */
export function answerBy(
  context: Pick<Context, "maxStalenessSeconds">,
  question: Question,
  demand: Demand,
  moment: Moment,
  found: Parameters<typeof consider>[2],
): Answer {
  const chains = consider(context, { credential: question.credential, moment, demands: demand }, found);
  const outcome = decide(question.use, chains, demand.requireAnchor ?? false);
  return { ...question, outcome, chains, moment, demand };
}
