import { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import type { ErrorCode } from "../errors.ts";

/**
 * One answer may take so long, however many statements it needs. Each of those has a bound of its own (database.ts), and so has
 * waiting for a node that is asked for evidence, 10 s.
 */
const MAX_SECONDS = 15;

const timedOut = (): GraphQLError =>
  new GraphQLError(`The answer took longer than ${MAX_SECONDS} s. Ask for less at once.`, {
    extensions: { code: "TIMED_OUT" satisfies ErrorCode, http: { status: 503, headers: { "retry-after": "1" } } },
  });

/** Ends a question that takes too long: what it has not asked of the database yet is not asked any more. */
export function useMaxTime(seconds = MAX_SECONDS): Plugin {
  return {
    onExecute({ args }) {
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(timedOut()), seconds * 1_000);
      Object.assign(args, { signal: stop.signal });
      return { onExecuteDone: () => clearTimeout(timer) };
    },
  };
}
