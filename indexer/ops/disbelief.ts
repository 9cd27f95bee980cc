import { HiddenEventError } from "../ledger/changes.ts";
import { DatabaseAwayError } from "../ledger/databaseError.ts";
import { MalformedAnswerError } from "../rpc/answers.ts";
import { RpcError, TransportError } from "../rpc/errors.ts";
import { RetryableError } from "./errors.ts";

/** Why a node's answer was not believed. */
export const DISBELIEFS = [
  /** It does not have the shape that it must have. */
  "malformed",
  /** Its parts contradict each other, or what the ledger holds. */
  "contradiction",
  /** An event shows that one before it was kept back. */
  "hidden_event",
  /** Its chain contradicts what was final. */
  "finality",
] as const;
export type Disbelief = (typeof DISBELIEFS)[number];

/** @returns undefined for an error that is not about what was said: no answer, a refusal, the database. */
export function disbeliefOf(error: unknown): Disbelief | undefined {
  if (error instanceof HiddenEventError) return "hidden_event";
  if (error instanceof MalformedAnswerError) return "malformed";
  if (error instanceof TransportError || error instanceof RpcError || error instanceof DatabaseAwayError)
    return undefined;
  return error instanceof RetryableError ? "contradiction" : undefined;
}
