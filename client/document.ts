declare const answer: unique symbol;

/** A GraphQL document as text, with the types of its answer and of its variables. */
export type Document<Answer, Variables> = string & {
  /** For the compiler alone: it tells documents apart and does not exist when the program runs. */
  readonly [answer]?: (variables: Variables) => Answer;
};
