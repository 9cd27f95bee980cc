/**
 * Errors by who must act. Every error thrown on purpose is one of three; each says what was given, what was expected
 * and what happens or is to be done next, and keeps its `cause`.
 */

/** The world is busy or away: the same call may succeed later, and the caller tries again within a bound. */
export class RetryableError extends Error {
  override readonly name = "RetryableError";
}

/** A person must change something: configuration, a chain that contradicts itself, a missing right. Exit code 1. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
}

/** One of our own invariants does not hold. Never caught in order to go on. */
export class BugError extends Error {
  override readonly name = "BugError";
}

/** The messages of an error and its causes, outermost first, in one line. */
export function explain(error: unknown): string {
  const parts: string[] = [];
  for (let e: unknown = error; e !== undefined && parts.length < 6; e = e instanceof Error ? e.cause : undefined)
    parts.push(e instanceof Error ? e.message : String(e));
  return parts.filter((part) => part.length > 0).join(": ");
}
