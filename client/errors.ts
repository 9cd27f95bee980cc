import type { ApiCode } from "./generated/codes.ts";

/** What can go wrong on the way to an answer, beside what the API itself says. */
export type ClientCode =
  /** No answer in the time allowed. */
  | "TIMEOUT"
  /** The API cannot be reached, or something in front of it answered in its place. */
  | "UNREACHABLE"
  /** The answer is none that the question can have. Nothing may be concluded from it. */
  | "BAD_ANSWER"
  /** A chain cannot answer now, so that somebody may be missing in the list. */
  | "INCOMPLETE";

/** Stable; programs decide by it. An API newer than this client can have further ones. */
export type ErrorCode = ApiCode | ClientCode | (string & Record<never, never>);

export interface ErrorDetails {
  readonly retryable?: boolean;
  /** Status of HTTP, where there was an answer. */
  readonly status?: number | undefined;
  /** What the API asked to wait before the next attempt. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** Every failure of a call but one: a call that its caller aborted rejects with the reason of the caller's signal. */
export class GrantledgerError extends Error {
  override readonly name = "GrantledgerError";
  readonly code: ErrorCode;
  /** Whether the same question may be answered later. The client tried again already as often as it may. */
  readonly retryable: boolean;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** How often the API was asked. */
  attempts = 1;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.retryable = details.retryable ?? false;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** The answer cannot be relied on, whatever it says. */
export const badAnswer = (message: string, details: ErrorDetails = {}): GrantledgerError =>
  new GrantledgerError("BAD_ANSWER", message, details);
