import fc from "fast-check";
import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from "graphql";

/** A document that the schema allows, with variables for it. */

export interface Question {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

type Draw = fc.GeneratorValue;

const MAX_DEPTH = 6;
const chance = (draw: Draw, percent: number): boolean => draw(fc.integer, { min: 0, max: 99 }) < percent;
const pick = <T>(draw: Draw, from: readonly T[]): T => from[draw(fc.integer, { min: 0, max: from.length - 1 })] as T;

class Author {
  readonly variables: Record<string, unknown> = {};
  readonly #definitions: string[] = [];
  readonly #fragments: string[] = [];
  readonly #schema: GraphQLSchema;
  readonly #scalars: Readonly<Record<string, fc.Arbitrary<unknown>>>;
  readonly #draw: Draw;

  constructor(schema: GraphQLSchema, scalars: Readonly<Record<string, fc.Arbitrary<unknown>>>, draw: Draw) {
    this.#schema = schema;
    this.#scalars = scalars;
    this.#draw = draw;
  }

  write(): string {
    const query = this.#schema.getQueryType();
    if (query == null) throw new Error("a schema without a query");
    const selection = this.#selection(query, 0);
    const head = this.#definitions.length > 0 ? `query Q(${this.#definitions.join(", ")}) ` : "";
    return `${head}${selection} ${this.#fragments.join(" ")}`;
  }

  #selection(type: GraphQLCompositeType, depth: number): string {
    const fields = isUnionType(type) ? [] : Object.values(type.getFields());
    const open = depth >= MAX_DEPTH ? fields.filter((field) => !isCompositeType(getNamedType(field.type))) : fields;
    const count = this.#draw(fc.integer, { min: 1, max: depth === 0 ? 1 : 3 });
    const chosen = new Set(open.length === 0 ? [] : Array.from({ length: count }, () => pick(this.#draw, open)));
    const parts = [...chosen].map((field) => this.#field(field, depth));
    if (parts.length === 0 || chance(this.#draw, 5)) parts.push("__typename");
    if (isInterfaceType(type) || chance(this.#draw, 6)) parts.push(this.#fragment(type));
    return `{ ${parts.join(" ")} }`;
  }

  #fragment(type: GraphQLCompositeType): string {
    const on = isObjectType(type) ? type : pick(this.#draw, this.#schema.getPossibleTypes(type));
    // Only what has no selection of its own: the same field with other arguments would be a conflict.
    const inner = this.#selection(on, MAX_DEPTH);
    if (chance(this.#draw, 50)) return `... on ${on.name}${this.#condition()} ${inner}`;
    const name = `F${this.#fragments.length}`;
    this.#fragments.push(`fragment ${name} on ${on.name} ${inner}`);
    return `...${name}`;
  }

  // biome-ignore lint/suspicious/noExplicitAny: as GraphQL.js has it.
  #field(field: GraphQLField<any, any>, depth: number): string {
    const inner = getNamedType(field.type);
    const alias = chance(this.#draw, 6) ? `a${this.#draw(fc.nat, 1_000_000)}: ` : "";
    const given = field.args.filter((argument) => this.#wanted(argument));
    const args = given.map((argument) => `${argument.name}: ${this.#argument(argument)}`).join(", ");
    const selection = isCompositeType(inner) ? ` ${this.#selection(inner, depth + 1)}` : "";
    return `${alias}${field.name}${args === "" ? "" : `(${args})`}${this.#condition()}${selection}`;
  }

  #wanted({ name, type, defaultValue }: GraphQLArgument): boolean {
    if (isNonNullType(type) && defaultValue === undefined) return true;
    // A block that is still to come is waited for: a few are enough.
    return chance(this.#draw, name === "atLeast" ? 2 : 25);
  }

  #condition(): string {
    if (!chance(this.#draw, 4)) return "";
    return ` @${pick(this.#draw, ["include", "skip"])}(if: ${chance(this.#draw, 50) ? "true" : "false"})`;
  }

  #argument({ type }: GraphQLArgument): string {
    const value = this.value(type);
    if (!chance(this.#draw, 50)) return this.#literal(type, value);
    const name = `v${this.#definitions.length}`;
    this.#definitions.push(`$${name}: ${type}`);
    this.variables[name] = value;
    return `$${name}`;
  }

  value(type: GraphQLInputType): unknown {
    if (isNonNullType(type)) return this.value(type.ofType);
    if (isListType(type))
      return Array.from({ length: this.#draw(fc.integer, { min: 0, max: 3 }) }, () => this.value(type.ofType));
    if (isEnumType(type)) return pick(this.#draw, type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(
        (field) => isNonNullType(field.type) || chance(this.#draw, 25),
      );
      return Object.fromEntries(fields.map((field) => [field.name, this.value(field.type)]));
    }
    const values = this.#scalars[type.name];
    if (values === undefined) throw new Error(`no values for the scalar ${type.name}`);
    return this.#draw(() => values);
  }

  #literal(type: GraphQLInputType, value: unknown): string {
    if (isNonNullType(type)) return this.#literal(type.ofType, value);
    if (isListType(type) && Array.isArray(value))
      return `[${value.map((one) => this.#literal(type.ofType, one)).join(", ")}]`;
    if (isEnumType(type)) return String(value);
    if (isInputObjectType(type)) {
      const fields = type.getFields();
      return `{ ${Object.entries(value as object)
        .map(([name, inner]) => `${name}: ${this.#literal((fields[name] as GraphQLInputField).type, inner)}`)
        .join(", ")} }`;
    }
    return JSON.stringify(value) ?? "null";
  }
}

export const questions = (
  schema: GraphQLSchema,
  scalars: Readonly<Record<string, fc.Arbitrary<unknown>>>,
): fc.Arbitrary<Question> =>
  fc.gen().map((draw) => {
    const author = new Author(schema, scalars, draw);
    return { query: author.write(), variables: author.variables };
  });
