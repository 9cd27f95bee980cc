import { type DocumentNode, GraphQLError, type ParseOptions, parse, type Source } from "graphql";
import type { Plugin } from "graphql-yoga";
import { tooComplex } from "./tooComplex.ts";

/**
 * What is read of a text. The parser of GraphQL.js counts while it reads, so that the rest of a long one is not read. The
 * introspection of GraphiQL has 300 tokens, the longest query of our documents 100; many checks belong into a variable.
 */
export const MAX_TOKENS = 2_000;

/** @throws GraphQLError TOO_COMPLEX for too long a document, one without a code of ours for what is no GraphQL. */
export function parseBounded(source: string | Source, options?: ParseOptions): DocumentNode {
  try {
    return parse(source, { ...options, maxTokens: MAX_TOKENS });
  } catch (error) {
    if (error instanceof GraphQLError && /tokens\. Parsing aborted/.test(error.message))
      throw tooComplex(`The document has more than ${MAX_TOKENS} tokens. Give what is long as a variable.`);
    throw error;
  }
}

export const useMaxTokens = (): Plugin => ({
  onParse({ setParseFn }) {
    setParseFn(parseBounded);
  },
});
