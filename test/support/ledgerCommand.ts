import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Program, runCommand } from "../../indexer/commands/main.ts";
import type { ChainConfig } from "../../indexer/config/config.ts";
import { toHex } from "../../indexer/grants/bytes.ts";

/** `npm run ledger -- …` as an operator runs it: a process of its own, with a configuration file. */

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The result of a command run with `--json`. */
  // biome-ignore lint/suspicious/noExplicitAny: looked into by tests, each of which knows its command.
  json(): any;
}

/** A command that is running. */
export interface Started {
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ran>;
}

export interface Operator {
  run(args: readonly string[]): Promise<Ran>;
  start(args: readonly string[]): Started;
  /** The same within this process, for what needs no process of its own. */
  here(args: readonly string[], program?: Program): Promise<Ran>;
  /** Another configuration from now on. */
  configure(chains: readonly ChainConfig[]): Promise<void>;
  stop(): Promise<void>;
}

const CLI = fileURLToPath(new URL("../../indexer/commands/cli.ts", import.meta.url));
const WITHIN_MS = 60_000;

export async function operator(databaseUrl: string, chains: readonly ChainConfig[]): Promise<Operator> {
  const folder = await mkdtemp(join(tmpdir(), "grantledger-test-operator-"));
  const file = join(folder, "config.json");
  const configure = (of: readonly ChainConfig[]): Promise<void> =>
    writeFile(file, JSON.stringify({ database: { url: databaseUrl }, chains: of.map(entry) }));
  await configure(chains);
  return {
    configure,
    run: (args) => start(file, args).ended,
    start: (args) => start(file, args),
    here: (args, program) => here(file, args, program),
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}

const entry = ({ chainId, name, rpc, pollIntervalMs, contracts }: ChainConfig) => ({
  ...{ chainId: Number(chainId), name, rpc, pollIntervalMs, receipts: "ethereum" },
  contracts: contracts.map(({ name: of, address, startBlock }) => ({
    ...{ name: of, address: toHex(address), startBlock: Number(startBlock) },
  })),
});

async function here(file: string, args: readonly string[], program?: Program): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal = {
    environment: { GRANTLEDGER_CONFIG: file },
    out: { write: (text: string) => out.push(text) },
    err: { write: (text: string) => err.push(text) },
    signal: new AbortController().signal,
  };
  const code = await runCommand(args, terminal, program);
  const stdout = out.join("");
  return { code, stdout, stderr: err.join(""), json: () => JSON.parse(stdout) };
}

function start(file: string, args: readonly string[]): Started {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { PATH: process.env["PATH"], GRANTLEDGER_CONFIG: file },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: WITHIN_MS,
  });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.setEncoding("utf8").on("data", (text: string) => void out.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => void err.push(text));
  const ended = async (): Promise<Ran> => {
    const [code] = (await once(child, "close")) as [number | null];
    const stdout = out.join("");
    return { code, stdout, stderr: err.join(""), json: () => JSON.parse(stdout) };
  };
  return { kill: (signal) => void child.kill(signal), ended: ended() };
}
