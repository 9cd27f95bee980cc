import { type DocumentNode, NoSchemaIntrospectionCustomRule } from "graphql";
import { createYoga, type Plugin } from "graphql-yoga";
import type pino from "pino";
import type { Asked } from "./access/asked.ts";
import type { Context } from "./context.ts";
import { maskError, settleCode } from "./errors.ts";
import { schema } from "./schema.ts";

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

/** What the transport says of a request. */
interface Connection {
  readonly asked?: Asked["context"];
  readonly gone: () => AbortSignal;
}

/** GraphQL over HTTP. Reading only: the schema has no mutations. */
export function createGraphql(options: { context: Context; explore: boolean; log: pino.Logger }) {
  const { context, explore, log } = options;
  return createYoga<Connection>({
    schema,
    context: ({ asked, gone }) => ({ ...context, ...asked, gone }),
    graphqlEndpoint: GRAPHQL_PATH,
    // From our own server: Yoga's default page loads its code from a public CDN. Large, so read when first asked for.
    renderGraphiQL: async (page) => (await import("@graphql-yoga/render-graphiql")).renderGraphiQL(page),
    graphiql: explore ? { title: "Grantledger", defaultQuery: WELCOME } : false,
    landingPage: false,
    // Nobody reads from another origin unless an operator puts a proxy in front that says so.
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
    // Yoga keeps parsed documents; its cache of validations costs more per request than ours, see below.
    parserAndValidationCache: { validationCache: false },
    plugins: [useCodes(), ...(explore ? [] : [useNoIntrospection()]), useKnownValid()],
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

/** Validation decides by the type of a field and so cannot be led past it by names, aliases or fragments. */
function useNoIntrospection(): Plugin {
  return {
    onValidate({ addValidationRule }) {
      addValidationRule(NoSchemaIntrospectionCustomRule);
    },
  };
}

/** A document is validated once. The rules are the same for every request, so the parsed document alone is the key. */
function useKnownValid(): Plugin {
  const valid = new WeakSet<DocumentNode>();
  return {
    onValidate({ params, setResult }) {
      if (valid.has(params.documentAST)) {
        setResult([]);
        return;
      }
      return ({ valid: isValid }) => {
        if (isValid) valid.add(params.documentAST);
      };
    },
  };
}
