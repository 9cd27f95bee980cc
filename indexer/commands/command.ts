import type { ParseArgsConfig } from "node:util";
import type { Config } from "../config/config.ts";
import type { Report } from "./report.ts";

/** What an operator's command ended with. */
export const EXIT = {
  done: 0,
  /** It could not be done; the message says why and what to do. */
  failed: 1,
  /** The command was not understood. */
  usage: 2,
  /** It was done, and found what it looked for: differences, chains that are not ready. */
  found: 3,
  /** Ended by Ctrl-C or SIGTERM: what was not finished was not done. */
  interrupted: 130,
} as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

export interface CommandContext {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly report: Report;
  /** Who decides, for what is recorded. */
  readonly by: string;
  readonly signal: AbortSignal;
}

export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

/** One command of `npm run ledger -- <command>`. */
export interface Command {
  readonly name: string;
  /** One line of what it does. */
  readonly summary: string;
  /** Arguments and options as a person types them. */
  readonly usage: string;
  /** What it changes, in what state it leaves things, and what its words mean. */
  readonly help: string;
  readonly arguments: readonly string[];
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  run(context: CommandContext, args: readonly string[], options: OptionValues): Promise<Exit>;
}

/** The command was not understood. */
export class UsageError extends Error {}

/** A text option that must be there and say something. */
export function required(options: OptionValues, name: string): string {
  const value = options[name];
  if (typeof value !== "string" || value.trim() === "") throw new UsageError(`--${name} is missing: say it in words`);
  return value.trim();
}
