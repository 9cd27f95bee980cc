import { z } from "zod";
import { EVALUATION_PATH, EVALUATIONS_PATH, METADATA_PATH } from "./metadata.ts";
import * as schemas from "./schemas.ts";

/** The OpenAPI 3.1 document of the paths outside GraphQL, made of the schemas by which requests are read. */

const ref = (name: string): string => `#/components/schemas/${name}`;
const json = (name: string) => ({ "application/json": { schema: { $ref: ref(name) } } });

const REQUEST_ID = {
  name: "X-Request-ID",
  in: "header",
  description: "Comes back with the answer.",
  schema: { type: "string" },
} as const;
const HEADERS = {
  "X-Request-ID": { description: "That of the request.", schema: { type: "string" } },
  "Retry-After": { description: "Seconds after which asking again makes sense.", schema: { type: "integer" } },
} as const;

const failed = (description: string) => ({
  description,
  headers: HEADERS,
  content: { "application/problem+json": { schema: { $ref: ref("Problem") } } },
});

const FAILURES = {
  "400": failed("Not understood: no JSON, a field is missing or means nothing, the chain is not indexed."),
  "401": failed("Where keys are asked for: no key that is known."),
  "403": failed("The key of an institution, and another account."),
  "405": failed("Another method."),
  "413": failed("The body is too long."),
  "429": failed("This address asks too often: ask again after `Retry-After`."),
  "500": failed("Something went wrong on our side."),
  "503": failed("The database is busy or away, or the block of `atLeast` is still to come."),
};

const asking = (operationId: string, summary: string, request: string, response: string) => ({
  post: {
    operationId,
    summary,
    parameters: [REQUEST_ID],
    requestBody: { required: true, content: json(request) },
    responses: {
      "200": { description: "Answered, also where it is denied.", headers: HEADERS, content: json(response) },
      ...FAILURES,
    },
  },
});

/** Named schemas as JSON Schema 2020-12, which OpenAPI 3.1 speaks. */
function components(): Record<string, unknown> {
  const { schemas: all } = z.toJSONSchema(z.globalRegistry, { io: "input", uri: ref });
  const named = Object.entries(all).filter(([name]) => name in DOCUMENTED);
  return Object.fromEntries(
    named
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { $schema: _dialect, $id: _id, ...schema }]) => [name, schema]),
  );
}

/** Every named schema of that file, by its name there. */
const DOCUMENTED: object = schemas;

export const openapi = () => ({
  openapi: "3.1.0",
  info: {
    title: "Grantledger access evaluation",
    version: "1.0",
    description:
      "OpenID AuthZEN Authorization API 1.0: may this institution read this credential? Only `decision: true` allows. docs/AUTHZEN.md says how the terms of AuthZEN are ours.",
    license: { name: "MIT", identifier: "MIT" },
  },
  servers: [{ url: "/" }],
  paths: {
    [EVALUATION_PATH]: asking("evaluate", "One decision.", "EvaluationRequest", "EvaluationResponse"),
    [EVALUATIONS_PATH]: asking(
      "evaluateMany",
      "Up to 1,000 decisions from one snapshot.",
      "EvaluationsRequest",
      "EvaluationsAnswer",
    ),
    [METADATA_PATH]: {
      get: {
        operationId: "metadata",
        summary: "Where this decision point is.",
        parameters: [REQUEST_ID],
        responses: { "200": { description: "Its metadata.", headers: HEADERS, content: json("Metadata") } },
      },
    },
  },
  components: { schemas: components() },
});
