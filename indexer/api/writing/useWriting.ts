import {
  type ExecutionArgs,
  type GraphQLField,
  type GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
} from "graphql";
import type { Plugin } from "graphql-yoga";
import type { Context } from "../context.ts";
import { compile, NO_INFO, NOT_PLAIN, type Plain } from "./compile.ts";

/** What is executed, with the bound that useMaxTime adds. */
type Args = ExecutionArgs & { readonly contextValue: Context; readonly signal?: AbortSignal };
type Execute = (args: Args) => unknown;

/** Writes the answers of plain questions (compile.ts) itself, and leaves all others to the executor. */
export function useWriting(): Plugin {
  const known = new WeakMap<OperationDefinitionNode, Plain | "not plain">();
  return {
    onExecute({ executeFn, setExecuteFn, args: { document, operationName, schema } }) {
      const operation = getOperationAST(document, operationName);
      if (!operation) return;
      const plain = known.get(operation) ?? compile(schema as GraphQLSchema, document, operation) ?? "not plain";
      known.set(operation, plain);
      if (plain === "not plain") return;
      const forget = (): unknown => known.set(operation, "not plain");
      setExecuteFn((args) => answer(plain, operation, args as Args, executeFn as Execute, forget));
    },
  };
}

async function answer(
  plain: Plain,
  operation: OperationDefinitionNode,
  args: Args,
  execute: Execute,
  forget: () => unknown,
): Promise<unknown> {
  const values = argumentsOf(plain, operation, args);
  // The executor says what is wrong with them.
  if (values === undefined) return execute(args);
  const { contextValue: context, signal } = args;
  let found: unknown;
  try {
    found = await before(signal, plain.field.resolve?.(undefined, values, context, NO_INFO));
  } catch (error) {
    signal?.throwIfAborted();
    // How an error is told is the executor's business, and so is whether there is another answer beside it.
    if (error === NOT_PLAIN) {
      forget();
      return execute(args);
    }
    const failed = Promise.reject(error);
    failed.catch(() => {});
    return execute(givenTo(args, failed));
  }
  try {
    return written(plain.write(found, context));
  } catch (error) {
    // It asks for what has to be awaited, and will the next time.
    if (error === NOT_PLAIN) forget();
    return execute(givenTo(args, found));
  }
}

function argumentsOf({ field, node }: Plain, operation: OperationDefinitionNode, args: Args): object | undefined {
  const { variableValues, errors } = getVariableValues(
    args.schema,
    operation.variableDefinitions ?? [],
    args.variableValues ?? {},
  );
  if (errors !== undefined) return undefined;
  try {
    return getArgumentValues(field as GraphQLField<unknown, unknown>, node, variableValues);
  } catch {
    return undefined;
  }
}

const givenTo = (args: Args, value: unknown): Args => ({
  ...args,
  contextValue: Object.create(args.contextValue, { given: { value: { value } } }) as Context,
});

/** What is settled before `signal` aborts. @throws its reason otherwise. */
async function before<T>(signal: AbortSignal | undefined, settled: T | PromiseLike<T>): Promise<T> {
  if (signal === undefined) return settled;
  signal.throwIfAborted();
  let stop = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([settled, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** An answer whose text is there already. The data is for whoever asks for it. */
const written = (text: string) => ({
  get data(): unknown {
    return (JSON.parse(text) as { readonly data: unknown }).data;
  },
  stringify: () => text,
});
