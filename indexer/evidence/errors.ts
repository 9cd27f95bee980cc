import { RetryableError } from "../ops/errors.ts";

/** What somebody gave as evidence contradicts itself, or is not encoded as evidence must be. Another may give better. */
export class EvidenceError extends RetryableError {}
