import type { GraphQLError } from "graphql";
import type { z } from "zod";
import { badInput, type ErrorCode, maskError } from "../errors.ts";

/** Errors as RFC 9457 has them, with the codes of GraphQL. */

/** Of the codes that an evaluation can end with. */
const STATUSES: Partial<Record<ErrorCode, number>> = {
  BAD_INPUT: 400,
  BAD_CURSOR: 400,
  NOT_FOUND: 404,
  NOT_YET_INDEXED: 503,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  RETRYABLE: 503,
  INTERNAL: 500,
};
const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  413: "Content Too Large",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

export interface Problem {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
}

export const problem = (status: number, code: ErrorCode, detail: string): Problem => ({
  title: TITLES[status] ?? "Error",
  status,
  detail,
  code,
});

/** What a caller may see of an error: as much as through GraphQL. */
export function problemOf(error: unknown): Problem {
  const masked = maskError(error);
  const code = codeOf(masked);
  return problem(STATUSES[code] ?? 500, code, masked.message);
}

const codeOf = ({ extensions }: GraphQLError): ErrorCode => {
  const code = extensions["code"];
  return typeof code === "string" && code in STATUSES ? (code as ErrorCode) : "INTERNAL";
};

/** After so many seconds asking again makes sense. */
export const retryAfterOf = ({ status }: Problem): number | undefined => (status === 503 ? 1 : undefined);

/** What does not fit a schema, the first of it. @throws GraphQLError BAD_INPUT */
export function understood<T>(schema: { safeParse(value: unknown): z.ZodSafeParseResult<T> }, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue === undefined ? "" : issue.path.map((key) => String(key)).join(".");
  throw badInput(`${path === "" ? "the body" : path}: ${issue?.message ?? "not understood"}`);
}
