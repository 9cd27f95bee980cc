import { createYoga, type Plugin } from "graphql-yoga";
import type pino from "pino";
import type { Asked } from "./access/asked.ts";
import type { Context } from "./context.ts";
import { useCrossSiteGuard } from "./door/crossSite.ts";
import { maskError, settleCode } from "./errors.ts";
import { useMaxCost } from "./limits/cost.ts";
import { parsedDocuments } from "./limits/parsedDocuments.ts";
import { useMaxTime } from "./limits/time.ts";
import { useMaxTokens } from "./limits/tokens.ts";
import { useValidation } from "./limits/validation.ts";
import { type KnownOperations, useOperations } from "./operations.ts";
import { schema } from "./schema.ts";
import { useWriting } from "./writing/useWriting.ts";

export const GRAPHQL_PATH = "/graphql";

/** Shown when GraphiQL is opened. */
const WELCOME = `# Who may read which credential. Everything is described on the left.
query Chains {
  chains { chain name status indexedBlock lag events }
}

query Trail {
  auditTrail(last: 10) {
    nodes { blockTime chain kind grantee { address } purposeName retracted }
  }
}
`;

export interface GraphqlOptions {
  readonly context: Context;
  /** GraphiQL and introspection. */
  readonly explore: boolean;
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Operations that are known by an id; none without it. */
  readonly operations?: KnownOperations | undefined;
  /** How long an answer may take. */
  readonly maxSeconds?: number;
  readonly log: pino.Logger;
}

/** What the transport says of a request. */
interface Connection {
  readonly asked?: Asked["context"];
  readonly gone: () => AbortSignal;
}

/** GraphQL over HTTP. Reading only: the schema has no mutations. */
export function createGraphql(options: GraphqlOptions) {
  const { context, explore, allowedOrigins = [], operations, maxSeconds, log } = options;
  return createYoga<Connection>({
    schema,
    context: ({ asked, gone }) => ({ ...context, ...asked, gone }),
    graphqlEndpoint: GRAPHQL_PATH,
    // From our own server: Yoga's default page loads its code from a public CDN. Large, so read when first asked for.
    renderGraphiQL: async (page) => (await import("@graphql-yoga/render-graphiql")).renderGraphiQL(page),
    graphiql: explore ? { title: "Grantledger", defaultQuery: WELCOME } : false,
    landingPage: false,
    // Of all paths together, see door.ts.
    cors: false,
    multipart: false,
    batching: false,
    // Bounded where the body is read, see transport.ts.
    maxRequestBodySize: false,
    logging: {
      debug: () => {},
      info: () => {},
      warn: (...args) => log.warn({ args }, "graphql"),
      error: (error) => log.error({ err: error }, "a query failed"),
    },
    maskedErrors: { maskError },
    parserAndValidationCache: parsedDocuments(),
    plugins: [
      useCodes(),
      useCrossSiteGuard(allowedOrigins),
      ...(operations ? [useOperations(operations)] : []),
      useMaxTokens(),
      useValidation({ introspection: explore }),
      useMaxCost(),
      useMaxTime(maxSeconds),
      useWriting(),
    ],
  });
}

/** Every error has one of our codes, those of parsing and validating too. */
function useCodes(): Plugin {
  return {
    onResultProcess({ result }) {
      if ("errors" in result) result.errors?.forEach(settleCode);
    },
  };
}
