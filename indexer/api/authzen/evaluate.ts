import { askCheck } from "../ask.ts";
import type { Context } from "../context.ts";
import { receiptOf, requireReceipts } from "../receiptOf.ts";
import { toClosed, toDecision } from "./decision.ts";
import { hold } from "./hold.ts";
import { understood } from "./problem.ts";
import { toAsked } from "./question.ts";
import { EvaluationRequest, type EvaluationResponse } from "./schemas.ts";

/**
 * One access evaluation.
 * @throws GraphQLError BAD_INPUT or NOT_YET_INDEXED, RetryableError when the database does not answer.
 */
export async function evaluate(context: Context, body: unknown): Promise<EvaluationResponse> {
  const request = understood(EvaluationRequest, body);
  const key = request.options?.receipt === true ? requireReceipts(context) : undefined;
  const asked = toAsked(request);
  if ("unknown" in asked) return toClosed(asked);
  hold(context, asked.question);
  const answer = await askCheck(context, asked.question, asked.demand);
  const decision = toDecision(answer);
  return key === undefined
    ? decision
    : { ...decision, context: { ...decision.context, receipt: receiptOf(answer, key) } };
}
