import {
  type GraphQLCompositeType,
  type GraphQLField,
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
} from "graphql";
import { DEFAULT_PAGE, MAX_PAGE } from "../page.ts";

/**
 * What a field costs, in objects given out; one statement of the database counts as many as take the same time. Simple values
 * are free: they are bounded by the tokens of the document and by the objects they stand in.
 */
const STATEMENT = 25;
/** Lists without pages have an item per chain, registry or argument of a call: a few. */
const SHORT_LIST = 3;

/** What asks the database, or a node, for itself, beside the fields of the query and what has pages; a test holds it against the resolvers. */
export const READING_FIELDS: ReadonlySet<string> = new Set([
  "Chain.undecoded",
  "CredentialStanding.credential",
  "Event.evidence",
  "Grant.parent",
  "Transition.cause",
]);

/** Lists as long as something around them says, which counts them already. */
const COUNTED_LISTS: ReadonlySet<string> = new Set(["nodes", "edges", "answers"]);

export interface Weighed {
  readonly type: GraphQLCompositeType;
  // biome-ignore lint/suspicious/noExplicitAny: as GraphQL.js has it.
  readonly field: GraphQLField<any, any>;
  /** The field's arguments as coerced. */
  readonly args: Readonly<Record<string, unknown>>;
  /** What is selected of one of its objects. */
  readonly childComplexity: number;
}

export function weigh({ type, field, args, childComplexity }: Weighed): number {
  const inner = getNamedType(field.type);
  const paged = field.args.some(({ name }) => name === "first");
  const asked = type.name === "Query" && !field.name.startsWith("__");
  const reads = paged || asked || READING_FIELDS.has(`${type.name}.${field.name}`);
  const objects = isLeafType(inner) ? 0 : count({ type, field, args, paged }) * (1 + childComplexity);
  return (reads ? STATEMENT : 0) + objects;
}

function count({ type, field, args, paged }: Omit<Weighed, "childComplexity"> & { readonly paged: boolean }): number {
  if (paged) return page(args["first"] ?? args["last"] ?? DEFAULT_PAGE);
  if (type.name === "Query" && Array.isArray(args["checks"])) return args["checks"].length;
  if (!isListType(getNullableType(field.type))) return 1;
  return COUNTED_LISTS.has(field.name) ? 1 : SHORT_LIST;
}

/** What is beyond the largest page is refused by the list itself, with a message that says so. */
const page = (size: unknown): number => (typeof size === "number" ? Math.min(Math.max(size, 1), MAX_PAGE) : MAX_PAGE);
