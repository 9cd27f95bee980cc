import { hostname, userInfo } from "node:os";
import { parseArgs } from "node:util";
import { loadConfig } from "../config/config.ts";
import { BugError, explain, OperatorError, RetryableError } from "../ops/errors.ts";
import { type Command, EXIT, type Exit, UsageError } from "./command.ts";
import { LEDGER } from "./commands.ts";
import { createReport, type Output } from "./report.ts";

/** What is typed before a command, and the commands there are. */
export interface Program {
  /** `npm run ledger`. */
  readonly name: string;
  /** Every command, in the order in which they are shown. */
  readonly commands: readonly Command[];
}

/** Where a command is run. */
export interface Terminal {
  readonly environment: NodeJS.ProcessEnv;
  readonly out: Output;
  readonly err: Output;
  readonly signal: AbortSignal;
}

const COMMON = {
  json: { type: "boolean" },
  by: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

const overview = ({
  name: program,
  commands,
}: Program): string => `${program} -- <command> [arguments] [--json] [--by <who>] [--help]

${commands.map(({ name, usage, summary }) => `  ${`${name} ${usage}`.trimEnd()}\n      ${summary}`).join("\n")}

The configuration is that of the indexer. --json prints the result as JSON and nothing else on standard output. --by is
recorded with a decision (default: the user and the machine). Exit codes: 0 done, 1 could not be done, 2 not understood,
3 done and found something (differences, chains that are not ready), 130 interrupted: what was not finished was not done.
`;

/** Runs a command as typed. Every error becomes words on `err` and an exit code. */
export async function runCommand(
  argv: readonly string[],
  terminal: Terminal,
  program: Program = LEDGER,
): Promise<Exit> {
  const { out, err } = terminal;
  const [name, ...rest] = argv;
  if (name === "--help" || name === "-h" || name === "help") {
    out.write(overview(program));
    return EXIT.done;
  }
  const command = program.commands.find((one) => one.name === name);
  if (command === undefined) {
    err.write(`${name === undefined ? "" : `there is no command ${JSON.stringify(name)}\n\n`}${overview(program)}`);
    return EXIT.usage;
  }
  try {
    return await run(program, command, rest, terminal);
  } catch (error) {
    if (error instanceof UsageError) {
      err.write(`${error.message}\nHelp: ${program.name} -- ${command.name} --help\n`);
      return EXIT.usage;
    }
    const expected = error instanceof OperatorError || error instanceof RetryableError;
    const words = expected || !(error instanceof Error) ? explain(error) : (error.stack ?? error.message);
    err.write(`${error instanceof BugError ? "please report this: " : ""}${words}\n`);
    return EXIT.failed;
  }
}

async function run(program: Program, command: Command, args: readonly string[], terminal: Terminal): Promise<Exit> {
  const { environment, out, err, signal } = terminal;
  const { values, positionals } = parse(command, args);
  const { json, by, help, ...options } = values;
  if (help === true) {
    out.write(`${program.name} -- ${command.name} ${command.usage}\n\n${command.help}\n`);
    return EXIT.done;
  }
  if (positionals.length !== command.arguments.length)
    throw new UsageError(`expected: ${command.name} ${command.usage}`);
  const config = loadConfig(environment);
  if (config.database === undefined)
    throw new OperatorError("no database is configured: set database.url or GRANTLEDGER_DATABASE_URL");
  return command.run(
    {
      config,
      databaseUrl: config.database.url,
      report: createReport(json === true, out, err),
      by: typeof by === "string" ? by : `${userInfo().username}@${hostname()}`,
      signal,
    },
    positionals,
    options,
  );
}

function parse(command: Command, args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { ...command.options, ...COMMON }, allowPositionals: true });
  } catch (error) {
    throw new UsageError(explain(error));
  }
}
