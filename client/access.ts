import { type Allowed, type Indeterminate, type Question, toAnswer } from "./answer.ts";
import { badAnswer } from "./errors.ts";
import type { AccessFragment } from "./generated/types.ts";
import type { Connected } from "./list.ts";

/** That somebody can read a credential for a purpose, or may be able to: see `answer.allowed`. */
export interface Access extends Omit<AccessFragment, "answer"> {
  readonly answer: Allowed | Indeterminate;
}

/** @throws GrantledgerError BAD_ANSWER when it is none that was asked for. */
export function toAccess(asked: Partial<Question>): (node: AccessFragment, page: Connected<AccessFragment>) => Access {
  return (node, page) => {
    const { credential, grantee, purpose } = node;
    if (!same(asked.credential, credential) || !same(asked.grantee, grantee))
      throw badAnswer("the list holds what was not asked for");
    const answer = toAnswer(node.answer, { credential, grantee, purpose, use: asked.use }, page);
    if (answer.decision === "DENIED") throw badAnswer("the list holds somebody who may not read");
    return { ...node, answer };
  };
}

/** Whether what was asked for, if anything was, is what came. Hex in either case. */
const same = (asked: string | undefined, came: string): boolean =>
  asked === undefined || asked.toLowerCase() === came.toLowerCase();
