import type { Address, CredentialRef } from "../../grants/bytes.ts";
import { toCredentialRef } from "../../grants/bytes.ts";
import type { Context } from "../context.ts";
import { decodeGrantKey, kindOf } from "../key.ts";
import { momentOf } from "../moment.ts";
import { readEvent } from "../read/events.ts";
import type { TransitionFacts } from "../read/feed.ts";
import type { GrantAt } from "../read/grant.ts";
import type { CredentialStanding } from "../standing.ts";
import { holdsGrant, isOwn } from "./ownGrants.ts";

/**
 * What an institution may ask: what is about its own grants, and what is public. A field that is not named here is closed to
 * it, so that a new one is closed until somebody has thought about it.
 */

/** Why not, in words that follow "the key of this institution"; undefined when it may. */
type Verdict = string | undefined;

/** @param source what the field is of; nothing for the queries themselves. */
export type Rule = (asked: {
  readonly account: Address;
  // biome-ignore lint/suspicious/noExplicitAny: of whatever type the field has, which the table below names.
  readonly source: any;
  // biome-ignore lint/suspicious/noExplicitAny: likewise.
  readonly args: any;
  readonly context: Context;
}) => Verdict | Promise<Verdict>;

const open: Rule = () => undefined;
const when = (allowed: boolean, why: string): Verdict => (allowed ? undefined : why);

const ofGrantee: Rule = ({ account, args }) =>
  when(isOwn(account, args.grantee), "answers for its own grants: name its account as grantee");

const ofEveryGrantee: Rule = ({ account, args }) =>
  when(
    (args.checks as { grantee: Address }[]).every(({ grantee }) => isOwn(account, grantee)),
    "answers for its own grants: name its account as grantee of every check",
  );

const filtered =
  (...names: readonly string[]): Rule =>
  ({ account, args }) =>
    when(
      names.some((name) => isOwn(account, args.filter?.[name])),
      `lists what is about itself: filter by its account as ${names.join(" or ")}`,
    );

const NOT_ITS_GRANT = "shows its own grants only";

const grantId: Rule = ({ account, args }) => {
  const key = decodeGrantKey("grantId", String(args.id));
  // What is no such id has an error of its own.
  return key === undefined ? undefined : when(isOwn(account, key.grantee), NOT_ITS_GRANT);
};

const nodeId: Rule = (asked) => {
  const kind = kindOf(String(asked.args.id));
  if (kind === "grantId") return grantId(asked);
  return when(
    kind === "chainId" || kind === "entityId" || kind === undefined,
    "finds its grants, chains and entities by id",
  );
};

async function ofItsCredential(context: Context, credential: CredentialRef, account: Address): Promise<Verdict> {
  return when(await holdsGrant(context.database, credential, account), "shows a credential on which it has a grant");
}

const itsGrant: Rule = ({ account, source }) => when(isOwn(account, (source as GrantAt).grant.grantee), NOT_ITS_GRANT);

const itsGrantOrPassedOn: Rule = ({ account, source }) => {
  const { grantee, parent } = (source as GrantAt).grant;
  return when(isOwn(account, grantee) || isOwn(account, parent?.grantor), NOT_ITS_GRANT);
};

/** Of a grant made onward it can be an event of the grantor's own grant. */
const itsCause: Rule = async ({ account, source, context }) => {
  const { chainId, causeSeq: seq } = source as TransitionFacts;
  const cause = await readEvent(context.database, { chainId, seq }, momentOf(context, {}));
  return when(isOwn(account, cause?.grantee), NOT_ITS_GRANT);
};

export const INSTITUTION_RULES: Readonly<Record<string, Rule>> = {
  "Query.check": ofGrantee,
  "Query.checkMany": ofEveryGrantee,
  "Query.readableBy": ofGrantee,
  // Rows about its own access, and about what it granted onward itself.
  "Query.accessPeriods": ofGrantee,
  "Query.retentionCalendar": ofGrantee,
  "Query.processingRecord": ofGrantee,
  "Query.grants": filtered("grantee", "grantor"),
  "Query.auditTrail": filtered("grantee", "grantor", "account"),
  "Query.grant": grantId,
  "Query.node": nodeId,
  "Query.credential": ({ account, args, context }) => ofItsCredential(context, toCredentialRef(args.ref), account),
  "Query.chains": open,
  "Query.entities": open,
  "Query.entity": open,
  "Subscription.watch": filtered("grantee"),
  // What is watched was looked at when it began.
  "WatchItem.event": open,
  "Transition.cause": itsCause,
  // The grants of an answer are the grantee's, which was looked at when it was asked.
  "CheckAnswer.grants": open,
  "CredentialStanding.credential": ({ account, source, context }) =>
    ofItsCredential(context, (source as CredentialStanding).on.credential, account),
  "CredentialAnswer.registries": open,
  "Credential.history": open,
  // Registers of legal persons, which are public.
  "Entity.history": open,
  // Whose end is its own grant's; what else became of that one is not its business.
  "Grant.parent": itsGrant,
  "Grant.onward": itsGrant,
  "Grant.history": itsGrantOrPassedOn,
};

/** Asked by operators alone, with a key. */
export const OPERATOR_FIELDS: ReadonlySet<string> = new Set(["Query.queryLog"]);
