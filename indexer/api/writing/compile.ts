import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  typeFromAST,
} from "graphql";
import type { Context } from "../context.ts";

/**
 * A question made into a function that writes its answer as text: what is found is walked once, and no object is built and
 * walked again by `JSON.stringify`, which for a page of a hundred grants was a third of the server's work. Only plain questions are:
 * one field of the query, and below it nothing that has arguments, directives or a type that depends on the value. Whatever else turns up
 * while writing (a promise, an error, a null where none may be) is not written either, and the executor answers.
 */

/** Thrown by whatever the executor has to answer. */
export const NOT_PLAIN = Symbol("not plain");

type Write = (value: unknown, context: Context) => string;

export interface Plain {
  readonly field: GraphQLField<unknown, Context>;
  readonly node: FieldNode;
  /** The JSON of the whole answer, by what its resolver found. @throws NOT_PLAIN, and whatever a resolver throws. */
  readonly write: Write;
}

/** How a field was come to. No resolver of ours asks for it; one that does is left to the executor, which has it. */
export const NO_INFO = new Proxy({} as GraphQLResolveInfo, {
  get() {
    throw NOT_PLAIN;
  },
});

const NO_ARGUMENTS = Object.freeze({});

/** @returns undefined for what is not plain. @param document is valid. */
export function compile(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Plain | undefined {
  const root = schema.getQueryType();
  if (operation.operation !== "query" || !root || (operation.directives ?? []).length > 0) return undefined;
  const compiler = new Compiler(schema, document);
  try {
    const [[key, nodes] = [], ...others] = compiler.collect(root, [operation.selectionSet]);
    if (key === undefined || nodes === undefined || others.length > 0) return undefined;
    const [node] = nodes;
    const field = node && root.getFields()[node.name.value];
    if (!field) return undefined;
    const write = compiler.typed(field.type, nodes);
    const before = `{"data":{${JSON.stringify(key)}:`;
    return { field, node, write: (found, context) => `${before}${write(found, context)}}}` };
  } catch (error) {
    if (error === NOT_PLAIN) return undefined;
    throw error;
  }
}

class Compiler {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;

  constructor(schema: GraphQLSchema, document: DocumentNode) {
    this.#schema = schema;
    this.#fragments = new Map(
      document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])),
    );
  }

  /** The fields of an object by their keys, in the order of the answer (https://spec.graphql.org/draft/#CollectFields()). */
  collect(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Map<string, FieldNode[]> {
    const fields = new Map<string, FieldNode[]>();
    const spread = new Set<string>();
    const add = (set: SelectionSetNode): void => {
      for (const selection of set.selections) {
        if ((selection.directives ?? []).length > 0) throw NOT_PLAIN;
        if (selection.kind === Kind.FIELD) {
          const key = (selection.alias ?? selection.name).value;
          const same = fields.get(key);
          if (same) same.push(selection);
          else fields.set(key, [selection]);
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          if (this.#applies(selection.typeCondition, type)) add(selection.selectionSet);
        } else if (!spread.has(selection.name.value)) {
          spread.add(selection.name.value);
          const fragment = this.#fragments.get(selection.name.value);
          if (fragment === undefined || (fragment.directives ?? []).length > 0) throw NOT_PLAIN;
          if (this.#applies(fragment.typeCondition, type)) add(fragment.selectionSet);
        }
      }
    };
    for (const set of sets) add(set);
    return fields;
  }

  #applies(condition: NamedTypeNode | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition.name.value === type.name) return true;
    const wanted = typeFromAST(this.#schema, condition);
    return isAbstractType(wanted) && this.#schema.isSubType(wanted, type);
  }

  typed(type: GraphQLOutputType, nodes: readonly FieldNode[]): Write {
    const write = this.#present(isNonNullType(type) ? type.ofType : type, nodes);
    if (!isNonNullType(type)) return (value, context) => (value == null ? "null" : write(value, context));
    return (value, context) => {
      if (value == null) throw NOT_PLAIN;
      return write(value, context);
    };
  }

  /** Of what is not null. */
  #present(type: GraphQLOutputType, nodes: readonly FieldNode[]): Write {
    if (isListType(type)) return listed(this.typed(type.ofType, nodes));
    if (isObjectType(type)) return this.#object(type, nodes);
    if (!isLeafType(type)) throw NOT_PLAIN;
    return (value) => {
      refuseOdd(value);
      const text = JSON.stringify(type.serialize(value));
      if (text === undefined || text === "null") throw NOT_PLAIN;
      return text;
    };
  }

  #object(type: GraphQLObjectType, nodes: readonly FieldNode[]): Write {
    const sets = nodes.flatMap(({ selectionSet }) => (selectionSet ? [selectionSet] : []));
    const fields = [...this.collect(type, sets)].map(([key, same], i) => {
      const before = `${i === 0 ? "{" : ","}${JSON.stringify(key)}:`;
      return this.#field(type, before, same);
    });
    const { isTypeOf } = type;
    return (value, context) => {
      refuseOdd(value);
      if (isTypeOf && isTypeOf(value, context, NO_INFO) !== true) throw NOT_PLAIN;
      let text = "";
      for (const field of fields) text += field(value, context);
      return `${text}}`;
    };
  }

  #field(type: GraphQLObjectType, before: string, nodes: readonly FieldNode[]): Write {
    const name = nodes[0]?.name.value ?? "";
    if (name === "__typename") {
      const text = `${before}${JSON.stringify(type.name)}`;
      return () => text;
    }
    const field: GraphQLField<unknown, Context> | undefined = type.getFields()[name];
    // Arguments may have defaults, so that it does not matter whether any are given.
    if (field === undefined || field.args.length > 0) throw NOT_PLAIN;
    const write = this.typed(field.type, nodes);
    const { resolve } = field;
    if (resolve) return (source, context) => before + write(resolve(source, NO_ARGUMENTS, context, NO_INFO), context);
    return (source, context) => {
      const value = (source as Readonly<Record<string, unknown>>)[name];
      // The executor would call it.
      if (typeof value === "function") throw NOT_PLAIN;
      return before + write(value, context);
    };
  }
}

const listed =
  (write: Write): Write =>
  (value, context) => {
    if (!Array.isArray(value)) throw NOT_PLAIN;
    let text = "[";
    for (let i = 0; i < value.length; i++) text += (i === 0 ? "" : ",") + write(value[i], context);
    return `${text}]`;
  };

/** Promises and errors, which the executor awaits and reports. */
function refuseOdd(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  if (value instanceof Error) throw NOT_PLAIN;
  if (typeof (value as { readonly then?: unknown }).then !== "function") return;
  // The executor asks for it again; nobody waits for this one.
  Promise.resolve(value).catch(() => {});
  throw NOT_PLAIN;
}
