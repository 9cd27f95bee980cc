import { maxAliasesRule } from "@escape.tech/graphql-armor-max-aliases";
import { maxDepthRule } from "@escape.tech/graphql-armor-max-depth";
import { maxDirectivesRule } from "@escape.tech/graphql-armor-max-directives";
import { type DocumentNode, type GraphQLError, type GraphQLSchema, type ValidationContext, validate } from "graphql";
import { tooComplex } from "./tooComplex.ts";

/**
 * Bounds of a document's shape, counted by GraphQL Armor through all fragments. Introspection counts like everything else:
 * leaving it out is what GHSA-733v-p3h5-qpq7, GHSA-hmfr-rx46-4jx2 and GHSA-224p-v68g-5g8f went past, with a fragment of the
 * name `__schema`.
 */

/** GraphiQL's introspection goes 15 deep; no question of ours needs more than 10. */
export const MAX_DEPTH = 15;
/** Many questions of one kind are what `checkMany` and variables are for. */
export const MAX_ALIASES = 30;
export const MAX_DIRECTIVES = 30;

const reported = {
  // The rules would throw, past what the other rules found.
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null, error: GraphQLError) =>
      context?.reportError(tooComplex(error.message.replace(/^Syntax Error: /, ""))),
  ],
};

const RULES = [
  maxDepthRule({ n: MAX_DEPTH, ignoreIntrospection: false, flattenFragments: true, ...reported }),
  maxAliasesRule({ n: MAX_ALIASES, allowList: [], ...reported }),
  maxDirectivesRule({ n: MAX_DIRECTIVES, ...reported }),
];

/**
 * What of a document is too much. Asked before the specification's own rules, some of which take time that grows with the
 * square of what is to be compared; also of documents that are not valid, fragments that spread each other included.
 */
export const overLimits = (schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] =>
  validate(schema, document, RULES);
