import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { usePersistedOperations } from "@graphql-yoga/plugin-persisted-operations";
import { GraphQLError, type GraphQLSchema, validate } from "graphql";
import type { Plugin } from "graphql-yoga";
import { z } from "zod";
import { explain, OperatorError } from "../ops/errors.ts";
import type { ErrorCode } from "./errors.ts";
import { overLimits } from "./limits/documentLimits.ts";
import { parseBounded } from "./limits/tokens.ts";

/** Operations that are known here by an id, so that clients send the id instead of the text. */

export interface OperationsOptions {
  readonly path: string;
  /** Whether nothing else is answered. */
  readonly only: boolean;
}

export interface KnownOperations {
  /** By id. */
  readonly texts: ReadonlyMap<string, string>;
  readonly only: boolean;
}

/** As a client's build writes it: ids and texts, as of GraphQL Code Generator's client preset and Relay's compiler. */
const manifest = z.record(z.string().min(1).max(128), z.string());

/**
 * A folder's `.graphql` files, each known by the SHA-256 of its bytes in hex, or the ids and texts of a JSON file.
 * @throws OperatorError naming each that is not valid here, since a client would find it out otherwise.
 */
export function readOperations({ path, only }: OperationsOptions, schema: GraphQLSchema): KnownOperations {
  let texts: ReadonlyMap<string, string>;
  try {
    texts = statSync(path).isDirectory() ? ofFolder(path) : ofManifest(path);
  } catch (error) {
    throw new OperatorError(`the operations at ${path} cannot be read (${explain(error)}): mend api.operations.path`, {
      cause: error,
    });
  }
  const problems = [...texts].flatMap(([id, text]) => problemsOf(text, schema).map((problem) => `${id}: ${problem}`));
  if (problems.length > 0)
    throw new OperatorError(`operations at ${path} are not valid here:\n${problems.map((p) => `  - ${p}`).join("\n")}`);
  return { texts, only };
}

function ofFolder(path: string): ReadonlyMap<string, string> {
  const files = readdirSync(path).filter((name) => name.endsWith(".graphql"));
  if (files.length === 0) throw new Error(`${basename(path)} holds no .graphql file`);
  return new Map(
    files.map((name) => {
      const bytes = readFileSync(join(path, name));
      return [createHash("sha256").update(bytes).digest("hex"), bytes.toString("utf8")];
    }),
  );
}

const ofManifest = (path: string): ReadonlyMap<string, string> =>
  new Map(Object.entries(manifest.parse(JSON.parse(readFileSync(path, "utf8")))));

function problemsOf(text: string, schema: GraphQLSchema): string[] {
  try {
    const document = parseBounded(text);
    return [...overLimits(schema, document), ...validate(schema, document)].map(({ message }) => message);
  } catch (error) {
    return [explain(error)];
  }
}

/** A request names an operation as Apollo's clients and others do: `extensions.persistedQuery.sha256Hash`. */
export const useOperations = ({ texts, only }: KnownOperations): Plugin =>
  usePersistedOperations({
    allowArbitraryOperations: !only,
    getPersistedOperation: (id) => texts.get(id) ?? null,
    customErrors: {
      notFound: () => refused("OPERATION_NOT_ALLOWED", "There is no operation of this id here."),
      persistedQueryOnly: () =>
        refused("OPERATION_NOT_ALLOWED", "Only operations that are known here are answered: send the id of one."),
      keyNotFound: () => refused("BAD_INPUT", "Expected a query, or the id of an operation."),
    },
  });

const refused = (code: ErrorCode, message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code, http: { spec: true, status: 400 } } });
