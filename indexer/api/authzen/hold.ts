import { NOBODY } from "../access/caller.ts";
import { isOwn } from "../access/ownGrants.ts";
import type { Question } from "../ask.ts";
import type { Context } from "../context.ts";
import { forbidden } from "../errors.ts";

/** Lets an institution ask about its own account, and auditors and operators about everybody's, as GraphQL's `check` does. */
export function hold({ caller = NOBODY }: Pick<Context, "caller">, { grantee }: Pick<Question, "grantee">): void {
  switch (caller.role) {
    case "ANYBODY":
    case "AUDITOR":
    case "OPERATOR":
      return;
    case "INSTITUTION":
      if (isOwn(caller.account, grantee)) return;
      throw forbidden("subject.id: the key of this institution answers for its own grants: name its account");
    default:
      throw forbidden("a key is needed");
  }
}
