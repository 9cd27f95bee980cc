import { RetryableError } from "../ops/errors.ts";

/** The database is away or busy. */
export class DatabaseAwayError extends RetryableError {}

/** SQLSTATE classes that pass by themselves: connection, resources, operator intervention, conflicts, disk. */
const PASSING_STATE = /^(?:08|53|57|40|58)...$/;
/** Codes of Node for a connection that is gone or was given up on. */
const PASSING_CODE = /^(?:E[A-Z]+|ERR_STREAM_PREMATURE_CLOSE|ABORT_ERR)$/;
/** What `pg` says without a code. */
const PASSING_MESSAGE = /connection|timeout|not queryable/i;

/** The error as one that says who must act: a database that is away or busy is retryable, the rest stays what it is. */
export function databaseError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof RetryableError) return error;
  const code = (error as { code?: unknown }).code;
  const passing =
    typeof code === "string"
      ? PASSING_STATE.test(code) || PASSING_CODE.test(code)
      : error.name === "Error" && PASSING_MESSAGE.test(error.message);
  return passing ? new DatabaseAwayError("the database did not take the write", { cause: error }) : error;
}
