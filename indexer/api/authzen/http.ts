import type { IncomingMessage, ServerResponse } from "node:http";
import type pino from "pino";
import { RetryableError } from "../../ops/errors.ts";
import type { Asked } from "../access/asked.ts";
import { readBody } from "../body.ts";
import type { Context } from "../context.ts";
import { badInput, type ErrorCode } from "../errors.ts";
import { pathOf } from "../pathOf.ts";
import { evaluate } from "./evaluate.ts";
import { evaluateMany } from "./evaluations.ts";
import { EVALUATION_PATH, EVALUATIONS_PATH, METADATA_PATH, metadataOf } from "./metadata.ts";
import { type Problem, problem, problemOf, retryAfterOf } from "./problem.ts";

/** The HTTPS JSON binding of AuthZEN. Every answer is sent in one piece, with its length, and may be kept by nobody. */

/** Room for a thousand evaluations, each with subject, action, resource and context of its own. */
const MAX_BODY_BYTES = 1_000_000;
const METADATA_SECONDS = 300;

export interface Authzen {
  serves(path: string): boolean;
  answer(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void>;
}

/** @param url where callers reach this server. */
export function createAuthzen({
  context,
  url,
  log,
}: {
  context: Context;
  url: () => string;
  log: pino.Logger;
}): Authzen {
  return {
    serves: (path) => path === METADATA_PATH || EVALUATIONS.has(path),
    async answer(request, response, asked) {
      const path = pathOf(request);
      const evaluation = EVALUATIONS.get(path);
      const method = evaluation === undefined ? "GET" : "POST";
      if (request.method !== method) {
        request.resume();
        return refuse(response, problem(405, "BAD_INPUT", `expected ${method}`), ["Allow", method]);
      }
      if (evaluation === undefined) {
        const text = `${JSON.stringify(metadataOf(url(), context.receiptKey))}\n`;
        return send(response, 200, JSON_TYPE, text, ["Cache-Control", `public, max-age=${METADATA_SECONDS}`]);
      }
      const body = await readBody(request, MAX_BODY_BYTES);
      if (body === undefined)
        return refuse(response, problem(413, "BAD_INPUT", `expected at most ${MAX_BODY_BYTES} bytes`));
      const result = await evaluation({ ...context, ...asked.context }, request, body).catch((error: unknown) => {
        const failure = problemOf(error);
        if (failure.code === "INTERNAL") log.error({ err: error, path }, "an evaluation failed");
        return failure;
      });
      const failed = "code" in result;
      try {
        await asked.settle?.({ status: failed ? result.status : 200, body });
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        return refuse(
          response,
          problem(503, "RETRYABLE", "what was asked could not be recorded, so it is not answered"),
        );
      }
      if (failed) return refuse(response, result);
      const wait = "decision" in result ? result.context.retryAfter : undefined;
      const headers = wait === undefined ? NOT_KEPT : [...NOT_KEPT, "Retry-After", String(wait)];
      send(response, 200, JSON_TYPE, JSON.stringify(result), headers);
    },
  };
}

type Answered = Awaited<ReturnType<typeof evaluateMany>>;

type Evaluation = (context: Context, request: IncomingMessage, body: string) => Promise<Answered>;

const EVALUATIONS: ReadonlyMap<string, Evaluation> = new Map<string, Evaluation>([
  [EVALUATION_PATH, async (context, request, body) => evaluate(context, parse(request, body))],
  [EVALUATIONS_PATH, async (context, request, body) => evaluateMany(context, parse(request, body))],
]);

const JSON_TYPE = "application/json";
const PROBLEM_TYPE = "application/problem+json";
const NOT_KEPT = ["Cache-Control", "no-store"] as const;

/** A form cannot send this type, so no page can make a browser ask in its user's name without being let by CORS. */
function parse(request: IncomingMessage, body: string): unknown {
  const type = request.headers["content-type"];
  if (type !== JSON_TYPE && !/^application\/json\s*(?:;|$)/i.test(type ?? ""))
    throw badInput(`expected content-type ${JSON_TYPE}`);
  try {
    return JSON.parse(body);
  } catch {
    // What the parser says quotes the body.
    throw badInput("the body is not JSON");
  }
}

/** The request's own id comes back with the answer, whatever the answer is. */
export function identify(request: IncomingMessage, response: ServerResponse): void {
  const id = request.headers["x-request-id"];
  if (typeof id === "string") response.setHeader("X-Request-ID", id);
}

/** Of whoever is not let in. */
export const refuseByProblem = (response: ServerResponse, status: number, code: ErrorCode, detail: string): void =>
  refuse(response, problem(status, code, detail));

function refuse(response: ServerResponse, failure: Problem, more: readonly string[] = []): void {
  const wait = retryAfterOf(failure);
  const headers = [...NOT_KEPT, ...more, ...(wait === undefined ? [] : ["Retry-After", String(wait)])];
  send(response, failure.status, PROBLEM_TYPE, JSON.stringify(failure), headers);
}

function send(response: ServerResponse, status: number, type: string, text: string, headers: readonly string[]): void {
  response.writeHead(status, ["Content-Type", type, "Content-Length", String(Buffer.byteLength(text)), ...headers]);
  response.end(text);
}
