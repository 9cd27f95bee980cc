import { GraphQLError } from "graphql";
import { databaseError } from "../ledger/databaseError.ts";
import { BugError, RetryableError } from "../ops/errors.ts";

/** Errors at the API's edge. `extensions.code` is stable: programs decide by it, the message is for people. */

export const ERROR_CODES = [
  "BAD_INPUT",
  "BAD_CURSOR",
  "NOT_FOUND",
  "TOO_COMPLEX",
  "OPERATION_NOT_ALLOWED",
  "CROSS_SITE",
  "TOO_MANY_REQUESTS",
  "NOT_YET_INDEXED",
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "EVIDENCE_UNPROVEN",
  "EVIDENCE_GONE",
  "EVIDENCE_CONTRADICTED",
  "EVIDENCE_UNAVAILABLE",
  "TIMED_OUT",
  "TOO_MANY_WATCHERS",
  "RETRYABLE",
  "INTERNAL",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** The caller must change an argument. */
export const badInput = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: "BAD_INPUT" satisfies ErrorCode } });

/** The caller must take a cursor that this connection gave out. */
export const badCursor = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: "BAD_CURSOR" satisfies ErrorCode } });

/** The caller's key is not for this. */
export const forbidden = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: "FORBIDDEN" satisfies ErrorCode, http: { status: 403 } } });

const RETRY_AFTER_SECONDS = "1";
const UNAVAILABLE = { status: 503, headers: { "retry-after": RETRY_AFTER_SECONDS } };

/** The caller tries again: the block it asked for is still to be indexed. */
export const notYetIndexed = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: "NOT_YET_INDEXED" satisfies ErrorCode, http: UNAVAILABLE } });

/** No evidence of the event can be given, now or ever: the code says why. */
export function noEvidence(code: Extract<ErrorCode, `EVIDENCE_${string}`>, message: string): GraphQLError {
  const http = code === "EVIDENCE_UNAVAILABLE" ? { http: UNAVAILABLE } : {};
  return new GraphQLError(message, { extensions: { code, ...http } });
}

/** The caller tries again later, or elsewhere. */
export const tooManyWatchers = (): GraphQLError =>
  new GraphQLError("As many watch as this server serves. Try again later, or another server.", {
    extensions: { code: "TOO_MANY_WATCHERS" satisfies ErrorCode, http: UNAVAILABLE },
  });

const isCode = (code: unknown): code is ErrorCode => ERROR_CODES.some((known) => known === code);

/** The error below all the wrapping that an executor adds. */
function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof GraphQLError && root.originalError != null) root = root.originalError;
  return root;
}

const located = (error: unknown) =>
  error instanceof GraphQLError ? { nodes: error.nodes, path: error.path } : { nodes: undefined, path: undefined };

/**
 * What a caller may see of an error. Nothing of SQL, stack or cause passes: an unexpected error is told apart only by
 * its code and is to be found in the log.
 */
export function maskError(error: unknown): GraphQLError {
  const root = rootOf(error);
  const { nodes, path } = located(error);
  if (root instanceof RetryableError)
    return new GraphQLError("The database did not answer in time. Try again.", {
      nodes,
      path,
      extensions: {
        code: "RETRYABLE" satisfies ErrorCode,
        http: UNAVAILABLE,
      },
    });
  // Without a path it was raised before execution: the document or its variables are at fault. With one and without a
  // code of ours, one of our own values did not fit its type.
  if (root instanceof GraphQLError && error instanceof GraphQLError)
    if (isCode(root.extensions["code"]) || error.path === undefined) return error;
  return new GraphQLError("Something went wrong on our side; the log of the server says what.", {
    nodes,
    path,
    extensions: { code: "INTERNAL" satisfies ErrorCode, http: { status: 500 } },
  });
}

/**
 * Gives every error that has none of our codes the code of a wrong document: those of parsing and validation. Nothing else stays
 * beside it: Yoga adds what it caught, whose message repeats what was sent.
 */
export function settleCode(error: GraphQLError): void {
  // What is no request at all is HTTP's matter, whatever the type of the answer: Yoga would say 200 to application/json.
  const { code, http } = error.extensions as { code?: unknown; http?: object };
  if (code === "BAD_REQUEST") error.extensions["http"] = { status: 400, ...http, spec: false };
  for (const name of Object.keys(error.extensions))
    if (name !== "code" && name !== "http") delete error.extensions[name];
  if (!isCode(error.extensions["code"])) error.extensions["code"] = "BAD_INPUT" satisfies ErrorCode;
}

/** Prisma's codes for a database that is away, full or busy (https://www.prisma.io/docs/orm/reference/error-reference). */
const PASSING_PRISMA_CODE = /^(?:P1[0-9]{3}|P2024|P2028|P2034|P2037)$/;

/** Raised by snapshot_knows (in the migrations): the snapshot lacks some of what was known by the moment asked about. */
const SNAPSHOT_BEHIND = "GL001";

export const isBehind = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === SNAPSHOT_BEHIND;

/** A driver's error as what it means to a caller: one that passes is retryable, any other is ours to mend. */
export function readError(error: unknown): Error {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (isBehind(error))
    return notYetIndexed("knownAt: what was known by then has not arrived here yet; a replica may lag");
  const passing =
    databaseError(error) instanceof RetryableError || (typeof code === "string" && PASSING_PRISMA_CODE.test(code));
  return passing
    ? new RetryableError("the database did not answer", { cause: error })
    : new BugError("the database refused a statement of ours", { cause: error });
}
