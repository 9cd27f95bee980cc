import { z } from "zod";
import { MAX_CHECKS } from "../ask.ts";
import { CHECK_REASONS, CHECK_SUBJECTS, DECISIONS } from "../decide.ts";
import { ERROR_CODES } from "../errors.ts";
import { FINALITIES_WANTED } from "../moment.ts";

/**
 * The messages of the OpenID AuthZEN Authorization API 1.0 (final, January 2026) and what of them we understand. What is read
 * is checked by these, and docs/openapi.json is made of them. As the specification asks, unknown fields are ignored.
 */

const properties = z
  .record(z.string(), z.unknown())
  .optional()
  .describe("Taken and not looked at: what decides is on the chains.");

export const Subject = z
  .object({
    type: z.string().describe("`institution`. Of any other type nobody may read."),
    id: z
      .string()
      .describe(
        "Its account: an address (`0x…`), asked about on every chain; or CAIP-10 (`eip155:42161:0x…`), which asks that chain alone, as `chain` does.",
      ),
    properties,
  })
  .meta({ id: "Subject", description: "Who wants to read." });

export const Action = z
  .object({
    name: z
      .string()
      .describe(
        "`read`: for the purpose that it was granted for. `read_records`: what has to be kept. Nothing else is ever permitted.",
      ),
    properties,
  })
  .meta({ id: "Action", description: "What it is to be read for." });

export const Resource = z
  .object({
    type: z.string().describe("`credential`. Of any other type nothing may be read."),
    id: z.string().describe("Reference of the credential: 0x and 64 hex digits."),
    properties,
  })
  .meta({ id: "Resource", description: "What is to be read." });

const chain = z.union([z.string(), z.int().min(1)]);
const count = z.union([z.int().min(0), z.string().regex(/^[0-9]{1,19}$/)]);

export const Context = z
  .looseObject({
    purpose: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe("Purpose code, docs/CODES.md. Any purpose's grant may decide without it."),
    chain: chain.optional().describe("Only this chain, CAIP-2 or its number."),
    at: z
      .union([z.int().min(0), z.string()])
      .optional()
      .describe("An earlier moment of the chains: unix seconds or RFC 3339. The present without it."),
    knownAt: z.string().optional().describe("As we would have answered then: RFC 3339, or the `knownAt` of an answer."),
    atLeast: z
      .object({ chain, block: count })
      .optional()
      .describe("A block that must be known, such as that of the caller's own transaction. It is waited for shortly."),
    finality: z.enum(FINALITIES_WANTED).optional().describe("How final the blocks must be that the answer rests on."),
    maxLag: count.optional().describe("How many blocks a chain may be behind its node's head."),
    requireAnchor: z
      .boolean()
      .optional()
      .describe("Whether reading for the purpose needs a valid anchor and an active registered issuer."),
  })
  .meta({
    id: "Context",
    description:
      "What the decision has to rest on, by the names of GraphQL's arguments. Fields of other names are ignored, but for one that is one of these spelt otherwise (`require_anchor`), which is an error.",
  });

export const Options = z
  .object({
    receipt: z.boolean().optional().describe("Whether each decision comes with a signed receipt, docs/AUTHZEN.md."),
  })
  .meta({ id: "Options", description: "How the request is to be carried out." });

export const EvaluationRequest = z
  .object({
    subject: Subject,
    action: Action,
    resource: Resource,
    context: Context.optional(),
    options: Options.optional(),
  })
  .meta({ id: "EvaluationRequest", description: "May this subject do this with this resource?" });
export type EvaluationRequest = z.infer<typeof EvaluationRequest>;

export const SEMANTICS = ["execute_all", "deny_on_first_deny", "permit_on_first_permit"] as const;

/** Looked at only as far as all evaluations have it in common: what is wrong with one of them is said in its place. */
export const EvaluationsRequest = z
  .object({
    subject: Subject.partial().optional(),
    action: Action.partial().optional(),
    resource: Resource.partial().optional(),
    context: Context.optional(),
    options: z
      .object({
        ...Options.shape,
        evaluations_semantic: z.enum(SEMANTICS).optional().describe("When to stop; `execute_all` without it."),
      })
      .optional(),
    evaluations: z
      .array(
        z.unknown().meta({
          description:
            "An EvaluationRequest, without what is as above. `context` above is replaced by its own as a whole.",
        }),
      )
      .max(MAX_CHECKS)
      .optional()
      .describe("The questions. Without any the request is that of a single evaluation."),
  })
  .meta({
    id: "EvaluationsRequest",
    description: "Many questions, answered from one snapshot. What stands above them is what they have in common.",
  });
export type EvaluationsRequest = z.infer<typeof EvaluationsRequest>;

export const NOT_UNDERSTOOD = ["UNKNOWN_SUBJECT_TYPE", "UNKNOWN_ACTION", "UNKNOWN_RESOURCE_TYPE"] as const;

const exact = z.union([z.int(), z.string()]);
const hash = z.string().regex(/^0x[0-9a-f]{64}$/);

export const Evaluated = z
  .strictObject({
    chain: z.string().describe("CAIP-2."),
    status: z.enum(["LIVE", "BACKFILL", "STALE", "QUARANTINED", "RETIRED"]),
    verification: z.enum(["RANGED", "LINKED", "VERIFIED"]),
    time: exact.describe("The moment evaluated at, unix seconds."),
    block: exact.optional().describe("The newest block whose events are all known."),
    blockHash: hash.optional(),
    blockTime: exact.optional(),
    finality: z.enum(["LATEST", "SAFE", "FINALIZED"]).optional().describe("How final that block is."),
  })
  .meta({ id: "Evaluated", description: "Up to where a chain was known." });

const code = z.enum(ERROR_CODES).describe("Stable: programs decide by it. docs/ERRORS.md.");

export const EvaluationError = z
  .strictObject({ status: z.int(), code, message: z.string() })
  .meta({ id: "EvaluationError", description: "Why one of many questions could not be answered." });

export const Receipt = z
  .looseObject({ signer: z.string(), signature: z.string() })
  .meta({ id: "Receipt", description: "The answer signed, docs/AUTHZEN.md." });

export const DecisionContext = z
  .strictObject({
    outcome: z.enum(DECISIONS).optional().describe("As GraphQL's `check` says it. Only ALLOWED is `decision: true`."),
    state: z.enum(["NONE", "PENDING", "ACTIVE", "RETAINED", "ENDED"]).optional().describe("Of the grant that decided."),
    reason: z.enum([...CHECK_REASONS, ...NOT_UNDERSTOOD]).optional(),
    decidedBy: z.enum(CHECK_SUBJECTS).optional(),
    explanation: z.string().optional().describe("For people."),
    purpose: z.int().optional().describe("Of the grant that decided, or the one asked about."),
    validUntil: exact.optional().describe("When the answer changes by itself at the latest, unix seconds."),
    evaluatedAt: z.array(Evaluated).optional(),
    knownAt: z.string().optional().describe("Given as `knownAt` of the same question, has this answer again."),
    retryAfter: z.int().optional().describe("After so many seconds asking again makes sense."),
    error: EvaluationError.optional(),
    receipt: Receipt.optional(),
  })
  .meta({ id: "DecisionContext", description: "Why, until when, and from what that is known." });

export const EvaluationResponse = z
  .strictObject({
    decision: z.boolean().describe("True only where reading is allowed."),
    context: DecisionContext,
  })
  .meta({ id: "EvaluationResponse", description: "The decision." });
export type EvaluationResponse = z.infer<typeof EvaluationResponse>;

export const EvaluationsResponse = z.strictObject({ evaluations: z.array(EvaluationResponse) }).meta({
  id: "EvaluationsResponse",
  description: "A decision for each question, in their order, up to the one that `evaluations_semantic` stops at.",
});

export type EvaluationsResponse = z.infer<typeof EvaluationsResponse>;

/** What `/access/v1/evaluations` answers: without questions of its own the request is one of a single evaluation. */
export const EvaluationsAnswer = z
  .union([EvaluationsResponse, EvaluationResponse])
  .meta({ id: "EvaluationsAnswer", description: "A list, or one decision where no list was asked for." });

export const Problem = z
  .strictObject({ title: z.string(), status: z.int(), detail: z.string(), code })
  .meta({ id: "Problem", description: "An error as RFC 9457 has it." });

export const Metadata = z
  .strictObject({
    policy_decision_point: z.string(),
    access_evaluation_endpoint: z.string(),
    access_evaluations_endpoint: z.string(),
    grantledger_receipt_signer: z
      .string()
      .optional()
      .describe("Address whose key signs receipts, where there are any."),
  })
  .meta({ id: "Metadata", description: "Where this decision point is." });
