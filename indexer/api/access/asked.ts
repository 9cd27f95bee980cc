import type { Context } from "../context.ts";
import type { Caller } from "./caller.ts";

/** What differs from one request to the next. */
export interface Asked {
  readonly context: { readonly caller: Caller } & Partial<Pick<Context, "database" | "clock" | "stillLetIn">>;
  /**
   * Told of the answer before it is sent.
   * @throws RetryableError when it must not be, because that it was asked could not be recorded.
   */
  readonly settle?: (answer: { readonly status: number; readonly body: string | undefined }) => Promise<void>;
}
