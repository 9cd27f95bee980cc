import type { Answer } from "../ask.ts";
import { builder } from "../builder.ts";
import type { Setting } from "../queries/present.ts";
import { ChainEvaluation } from "./chainEvaluation.ts";
import { CheckAnswer } from "./checkAnswer.ts";

interface Item {
  readonly id: string;
  readonly answer: Answer;
}

const CheckManyItem = builder.objectRef<Item>("CheckManyItem").implement({
  description: "One answer of many.",
  fields: (t) => ({
    id: t.exposeID("id", { description: "That of its question." }),
    answer: t.field({
      type: CheckAnswer,
      description: "What `check` says to the same question.",
      resolve: ({ answer }) => answer,
    }),
  }),
});

interface ManyAnswer extends Setting {
  readonly items: readonly Item[];
}

export const CheckManyAnswer = builder.objectRef<ManyAnswer>("CheckManyAnswer").implement({
  description: "Answers to many questions, all of one moment and from one snapshot.",
  fields: (t) => ({
    answers: t.field({
      type: [CheckManyItem],
      description: "One for each question, in their order.",
      resolve: ({ items }) => items,
    }),
    evaluatedAt: t.field({
      type: [ChainEvaluation],
      description: "The chains asked, and up to where each was known: the same for every answer.",
      resolve: ({ evaluatedAt }) => evaluatedAt,
    }),
    knownAt: t.field({
      type: "KnownAt",
      description: "Given as `knownAt` of the same questions, has these answers again.",
      resolve: ({ knownAt }) => knownAt,
    }),
  }),
});
