import { type DocumentNode, Lexer, type ParseOptions, parse, Source, type Token, TokenKind } from "graphql";
import type { Plugin } from "graphql-yoga";
import { tooComplex } from "./tooComplex.ts";

/**
 * What is read of a text. The introspection of GraphiQL has 163 tokens, the longest query of our documents 80; many checks
 * belong into a variable.
 */
export const MAX_TOKENS = 2_000;
/**
 * Brackets of any kind in one another. Parser and rules call themselves for each: a thousand and some exhaust the stack, which
 * is no error of the caller's by then but a failure of ours.
 */
export const MAX_NESTING = 100;

const OPENING: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/** @throws GraphQLError TOO_COMPLEX for too long or deep a text, one without a code of ours for what is no GraphQL. */
export function parseBounded(text: string | Source, options?: ParseOptions): DocumentNode {
  const source = typeof text === "string" ? new Source(text) : text;
  bound(source);
  return parse(source, options);
}

/** Reads no further than the bounds. */
function bound(source: Source): void {
  const lexer = new Lexer(source);
  let nesting = 0;
  let token: Token;
  for (let tokens = 0; ; tokens++) {
    token = lexer.advance();
    if (token.kind === TokenKind.EOF) return;
    if (OPENING.has(token.kind)) nesting++;
    else if (CLOSING.has(token.kind)) nesting--;
    if (tokens >= MAX_TOKENS)
      throw tooComplex(`The document has more than ${MAX_TOKENS} tokens. Give what is long as a variable.`);
    if (nesting > MAX_NESTING) throw tooComplex(`The document has more than ${MAX_NESTING} brackets in one another.`);
  }
}

export const useMaxTokens = (): Plugin => ({
  onParse({ setParseFn }) {
    setParseFn(parseBounded);
  },
});
