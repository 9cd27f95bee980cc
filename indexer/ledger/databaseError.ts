import { BugError, OperatorError, RetryableError } from "../ops/errors.ts";

/** SQLSTATE classes that pass by themselves: connection, resources, operator intervention, conflicts, disk. */
const PASSING = /^(08|53|57|40|58)/;

/** The error as one that says who must act: a database that is away or busy is retryable, the rest stays what it is. */
export function databaseError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof RetryableError) return error;
  if (error instanceof OperatorError || error instanceof BugError) return error;
  const code = (error as { code?: unknown }).code;
  const passing =
    typeof code === "string" ? PASSING.test(code) || !/^[0-9A-Z]{5}$/.test(code) : /onnection/.test(error.message);
  return passing ? new RetryableError("the database did not take the write", { cause: error }) : error;
}
