import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type TypeNode,
  type VariableDefinitionNode,
} from "graphql";
import { getComplexity } from "graphql-query-complexity";
import type { Plugin } from "graphql-yoga";
import { tooComplex } from "./tooComplex.ts";
import { weigh } from "./weights.ts";

/**
 * What a question may ask for at once: 50,000 objects, or 2,000 statements of the database. Beside the shape of the document it
 * is the variables that decide, which is where a limit that sees the document alone is led past (`first: $n`).
 */
export const MAX_COST = 50_000;
/** Fields looked at while counting, each as often as fragments repeat it: fragments in fragments can be many in few words. */
const MAX_FIELDS = 5_000;
/** Answers kept per operation. */
const MAX_KNOWN = 256;

export interface Question {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: { readonly [name: string]: unknown } | null | undefined;
}

interface Costs {
  /** The variables that can change what it costs. */
  readonly variables: readonly string[];
  /** By the values of these. */
  readonly known: Map<string, number>;
}

const costs = new WeakMap<OperationDefinitionNode, Costs>();

/**
 * What it costs, in objects. Undefined where the document has no such operation, which the executor refuses.
 * @throws GraphQLError for variables that do not fit, and where there is too much to count.
 */
export function costOf(question: Question): number | undefined {
  const { document, operationName, variableValues } = question;
  const operation = getOperationAST(document, operationName);
  if (operation == null) return undefined;
  const { variables, known } = costsOf(operation);
  const values = variables.map((name) => sizeOf(variableValues?.[name]));
  // Values that are none of their type are not remembered: they can be of any length.
  if (!values.every((value) => value !== undefined)) return count(question);
  const key = values.join();
  const remembered = known.get(key);
  if (remembered !== undefined) return remembered;
  const cost = count(question);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, cost);
  return cost;
}

function costsOf(operation: OperationDefinitionNode): Costs {
  const remembered = costs.get(operation);
  if (remembered !== undefined) return remembered;
  const variables = (operation.variableDefinitions ?? []).filter(counts).map(({ variable }) => variable.name.value);
  const fresh = { variables, known: new Map<string, number>() };
  costs.set(operation, fresh);
  return fresh;
}

/** How many, whether at all, or a list: no other value changes how much is asked for. */
function counts({ type }: VariableDefinitionNode): boolean {
  const inner = nullable(type);
  return inner.kind === Kind.LIST_TYPE || inner.name.value === "Int" || inner.name.value === "Boolean";
}

const nullable = (type: TypeNode) => (type.kind === Kind.NON_NULL_TYPE ? type.type : type);

function sizeOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return `[${value.length}]`;
  // Not given is not null: then its default counts.
  return value == null || typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

function count({ schema, document, operationName, variableValues }: Question): number {
  return getComplexity({
    schema,
    query: document,
    estimators: [weigh],
    maxQueryNodes: MAX_FIELDS,
    ...(operationName == null ? {} : { operationName }),
    variables: { ...variableValues },
  });
}

/** Why it is not answered, if it is not. What cannot be counted is refused like what is too much. */
export function refusal(question: Question): GraphQLError | undefined {
  try {
    const cost = costOf(question);
    if (cost === undefined || cost <= MAX_COST) return undefined;
    return tooComplex(
      `The question asks for up to ${Math.ceil(cost)} objects at once, of ${MAX_COST} at most. Ask for smaller pages.`,
    );
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return /maximum allowed number of nodes/.test(error.message)
      ? tooComplex(`The document asks for more than ${MAX_FIELDS} fields, fragments counted wherever they are spread.`)
      : error;
  }
}

export const useMaxCost = (): Plugin => ({
  onExecute({ args, setResultAndStopExecution }) {
    const refused = refusal(args);
    if (refused !== undefined) setResultAndStopExecution({ errors: [refused] });
  },
});
