import { GraphQLError } from "graphql";
import { type Answer, askMany, type Demand, type Question } from "../ask.ts";
import { readAtLeast } from "../atLeast.ts";
import type { Context } from "../context.ts";
import { badInput } from "../errors.ts";
import { encodeKnownAt } from "../knownAt.ts";
import { type Moment, momentOf, pin } from "../moment.ts";
import { readChains } from "../read/chain.ts";
import { receiptOf, requireReceipts } from "../receiptOf.ts";
import { toClosed, toDecision } from "./decision.ts";
import { evaluate } from "./evaluate.ts";
import { hold } from "./hold.ts";
import { problemOf, retryAfterOf, understood } from "./problem.ts";
import { toAsked } from "./question.ts";
import {
  EvaluationRequest,
  type EvaluationResponse,
  EvaluationsRequest,
  type EvaluationsResponse,
  type SEMANTICS,
} from "./schemas.ts";

/** Signing takes about a millisecond each, in which nobody else is answered. */
const MOST_RECEIPTS = 20;

/** A question in its place, or what can be said without asking. */
type Item = { readonly question: Question; readonly demand: Demand } | { readonly said: EvaluationResponse };

/**
 * Many access evaluations, all of one moment and by what was known at one. What is wrong with one of them is said in its place.
 * @throws GraphQLError BAD_INPUT for what is wrong with the whole, RetryableError when the database does not answer.
 */
export async function evaluateMany(context: Context, body: unknown): Promise<EvaluationResponse | EvaluationsResponse> {
  const request = understood(EvaluationsRequest, body);
  const { evaluations = [], options = {} } = request;
  if (evaluations.length === 0) return evaluate(context, body);
  const key = options.receipt === true ? requireReceipts(context) : undefined;
  if (key !== undefined && evaluations.length > MOST_RECEIPTS)
    throw badInput(`options.receipt: expected at most ${MOST_RECEIPTS} evaluations, got ${evaluations.length}`);
  const items = evaluations.map((one) => toItem(context, request, one));
  const answers = await answerAll(context, items);
  const all = answers.map((one) => ("outcome" in one ? toDecision(one) : one));
  const kept = all.slice(0, lengthBy(options.evaluations_semantic, all));
  if (key !== undefined)
    for (const [i, decision] of kept.entries()) {
      const answer = answers[i];
      if (answer !== undefined && "outcome" in answer)
        kept[i] = { ...decision, context: { ...decision.context, receipt: receiptOf(answer, key) } };
    }
  return { evaluations: kept };
}

/** How many decisions are given, by when it was to stop. */
function lengthBy(semantic: (typeof SEMANTICS)[number] | undefined, all: readonly EvaluationResponse[]): number {
  if (semantic === undefined || semantic === "execute_all") return all.length;
  const last = all.findIndex(({ decision }) => decision === (semantic === "permit_on_first_permit"));
  return last < 0 ? all.length : last + 1;
}

function toItem(context: Context, common: EvaluationsRequest, given: unknown): Item {
  try {
    const asked = toAsked(understood(EvaluationRequest, completed(common, given)));
    if ("unknown" in asked) return { said: toClosed(asked) };
    hold(context, asked.question);
    return asked;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { said: toFailed(error) };
  }
}

/**
 * An evaluation with what all have in common. Its own fields replace those as a whole, but for the type, id and name that have
 * to be there.
 */
function completed(common: EvaluationsRequest, given: unknown): unknown {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return given;
  const own: { readonly [key: string]: unknown } = { ...given };
  const { subject, action, resource } = common;
  return {
    subject: identified(own["subject"], subject && { type: subject.type, id: subject.id }, subject),
    action: identified(own["action"], action && { name: action.name }, action),
    resource: identified(own["resource"], resource && { type: resource.type, id: resource.id }, resource),
    context: "context" in own ? own["context"] : common.context,
  };
}

function identified(own: unknown, required: object | undefined, common: object | undefined): unknown {
  if (own === undefined) return common;
  return typeof own === "object" && own !== null && !Array.isArray(own) ? { ...required, ...own } : own;
}

function toFailed(error: unknown): EvaluationResponse {
  const failure = problemOf(error);
  const { status, code, detail } = failure;
  return { decision: false, context: { error: { status, code, message: detail }, retryAfter: retryAfterOf(failure) } };
}

/** Questions that rest on the same are read by one statement, and all of them by what was known when the first was. */
async function answerAll(context: Context, items: readonly Item[]): Promise<(Answer | EvaluationResponse)[]> {
  const now = context.clock();
  // The clock is read once, so that all are of one moment.
  const still: Context = { ...context, clock: () => now };
  const answers: (Answer | EvaluationResponse)[] = items.map((item) => ("said" in item ? item.said : NOT_ASKED));
  const groups = new Map<string, Group>();
  for (const [place, item] of items.entries()) {
    if ("said" in item) continue;
    const name = nameOf(item.demand);
    const group = groups.get(name) ?? { demand: item.demand, asked: [] };
    groups.set(name, group);
    group.asked.push({ place, question: item.question });
  }
  const all = [...groups.values()];
  const pinned = all.length > 1 ? await pinAll(still, all) : undefined;
  for (const { demand, asked } of all) {
    try {
      const moment = momentOf(still, demand);
      const questions = asked.map(({ question }) => question);
      const found = await askMany(still, questions, demand, pinned === undefined ? moment : pinned(moment));
      for (const [i, { place }] of asked.entries()) answers[place] = found.answers[i] ?? NOT_ASKED;
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      for (const { place } of asked) answers[place] = toFailed(error);
    }
  }
  return answers;
}

/** Questions that rest on the same, and where they stand. */
interface Group {
  readonly demand: Demand;
  readonly asked: { readonly place: number; readonly question: Question }[];
}

const NOT_ASKED: EvaluationResponse = toFailed(undefined);

/** The same for what rests on the same. */
function nameOf({ chain, at, knownAt, atLeast, finality, maxLag, requireAnchor }: Demand): string {
  const known = knownAt == null ? undefined : encodeKnownAt(knownAt);
  const all = [chain, at, known, atLeast?.chain, atLeast?.block, finality, maxLag, requireAnchor];
  return all.map((one) => String(one ?? "")).join(" ");
}

/** What is known once every block is that some question asks for, as far as they come. */
async function pinAll(context: Context, groups: readonly Group[]): Promise<(moment: Moment) => Moment> {
  let chains = await readChains(context.database);
  for (const { demand } of groups) {
    const { atLeast, knownAt } = demand;
    if (atLeast == null || knownAt != null) continue;
    const live = momentOf(context, {});
    const read = () => readChains(context.database);
    try {
      chains = await readAtLeast(atLeast, live, read, (found) => found);
    } catch (error) {
      // Said in the place of the questions that ask for it.
      if (!(error instanceof GraphQLError)) throw error;
    }
  }
  return (moment) => pin(moment, chains);
}
