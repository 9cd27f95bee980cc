import { UsageError } from "./command.ts";

/** A block number as a person types it. @param name of the argument, for the error. */
export function blockArgument(name: string, text: string | undefined): bigint {
  if (text === undefined || !/^\d{1,18}$/.test(text)) throw new UsageError(`<${name}>: expected a block number`);
  return BigInt(text);
}
