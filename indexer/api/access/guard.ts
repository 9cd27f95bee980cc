import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
} from "graphql";
import type { Context } from "../context.ts";
import { forbidden } from "../errors.ts";
import { NOBODY } from "./caller.ts";
import { INSTITUTION_RULES, OPERATOR_FIELDS, type Rule } from "./rules.ts";

/**
 * Holds every field that leads into the ledger against who asks, where its arguments are known: no alias, fragment or
 * variable leads past it.
 */

/** What holds something about a holder or a grant, or leads to it. */
const OWNED = /^(?:Access|Credential|Event|Grant|LoggedQuery|Node)(?:Connection)?$/;
/** Pages and their edges hold what the field that led to them was allowed to. */
const WITHIN_PAGE = /(?:Connection|Edge)$/;

/** The fields that are held against who asks: the questions, and the ways from one thing to another. */
export function guardedFields(schema: GraphQLSchema): [name: string, field: GraphQLField<unknown, Context>][] {
  const roots = [schema.getQueryType(), schema.getSubscriptionType()];
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type) || type.name.startsWith("__") || WITHIN_PAGE.test(type.name)) return [];
    return Object.values(type.getFields())
      .filter((field) => roots.includes(type) || OWNED.test(getNamedType(field.type).name))
      .map((field): [string, GraphQLField<unknown, Context>] => [`${type.name}.${field.name}`, field]);
  });
}

/** The same schema, guarded. */
export function guard(schema: GraphQLSchema): GraphQLSchema {
  for (const [name, field] of guardedFields(schema)) {
    const hold = OPERATOR_FIELDS.has(name) ? operatorOnly : held(INSTITUTION_RULES[name]);
    // Of a subscription what begins it is held; its events come from there.
    if (field.subscribe) field.subscribe = hold(field.subscribe);
    else field.resolve = hold(field.resolve ?? defaultFieldResolver);
  }
  return schema;
}

type Resolver = GraphQLFieldResolver<unknown, Context>;

const operatorOnly =
  (resolve: Resolver): Resolver =>
  (source, args, context, info) => {
    if ((context.caller ?? NOBODY).role !== "OPERATOR") throw forbidden("this is for the key of an operator");
    return resolve(source, args, context, info);
  };

const held =
  (rule: Rule | undefined) =>
  (resolve: Resolver): Resolver =>
  (source, args, context, info) => {
    const caller = context.caller ?? NOBODY;
    switch (caller.role) {
      case "ANYBODY":
      case "AUDITOR":
      case "OPERATOR":
        return resolve(source, args, context, info);
      case "INSTITUTION": {
        const verdict = rule === undefined ? CLOSED : rule({ account: caller.account, source, args, context });
        if (!(verdict instanceof Promise)) return settle(verdict, () => resolve(source, args, context, info));
        return verdict.then((late) => settle(late, () => resolve(source, args, context, info)));
      }
      default:
        throw forbidden("a key is needed");
    }
  };

const CLOSED = "is for its own grants; this is for auditors";

function settle<T>(why: string | undefined, allowed: () => T): T {
  if (why !== undefined) throw forbidden(`the key of this institution ${why}`);
  return allowed();
}
