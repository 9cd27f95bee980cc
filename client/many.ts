import { type Answer, toAnswer } from "./answer.ts";
import { badAnswer } from "./errors.ts";
import type { CheckInput, CheckManyQuery } from "./generated/types.ts";

/** Answers to many questions, in their order, all of one moment and from one snapshot. */
export interface Answers extends Omit<CheckManyQuery["checkMany"], "answers"> {
  readonly answers: ReadonlyArray<{
    /** The question's, or its place in the list. */
    readonly id: string;
    readonly answer: Answer;
  }>;
}

/** @throws GrantledgerError BAD_ANSWER when an answer is missing, or is not that of its question. */
export function toAnswers(wire: CheckManyQuery["checkMany"], questions: readonly CheckInput[]): Answers {
  if (wire.answers.length !== questions.length)
    throw badAnswer(`${wire.answers.length} answers to ${questions.length} questions`);
  const answers = questions.map((question, i) => {
    const expected = String(question.id ?? i);
    const item = wire.answers[i];
    if (item?.id !== expected) throw badAnswer(`answer ${i} is that of ${item?.id}, asked was ${expected}`);
    return { id: item.id, answer: toAnswer(item.answer, question, wire) };
  });
  return { ...wire, answers };
}
