import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { JsonRpcProvider } from "ethers";
import { OperatorError } from "../../indexer/ops/errors.ts";
import { say } from "../terminal/output.ts";
import { type Background, type Ending, endLeftover, lastLines, startInBackground } from "./background.ts";
import { freePort } from "./ports.ts";

export interface LocalChain {
  readonly chainId: bigint;
  readonly name: string;
  readonly url: string;
  readonly provider: JsonRpcProvider;
  stop(): Promise<void>;
  kill(): void;
}

export interface LocalChainOptions {
  readonly chainId: number;
  readonly name: string;
  readonly blockSeconds: number;
  readonly firstPort: number;
}

const START_TIMEOUT_MS = 30_000;
/** At SIGTERM it writes its state. */
const ENDING: Ending = [
  ["SIGTERM", 5_000],
  ["SIGKILL", 2_000],
];
/** What a kill -9 may lose. */
const STATE_INTERVAL_SECONDS = 30;
/** States kept in memory, many more than any reorg here needs; without a bound they fill the disk. */
const STATES_KEPT = 128;

/**
 * An Anvil chain on 127.0.0.1 that mines a block every few seconds and calls blocks final after two "epochs" of four.
 * Its blocks, hashes and finality are kept in `folder` and are the same at the next start.
 */
export async function startLocalChain(folder: string, options: LocalChainOptions): Promise<LocalChain> {
  const { chainId, name } = options;
  const file = (ending: string) => join(folder, `chain-${chainId}.${ending}`);
  const state = file("json");
  if (await endLeftover(file("pid"), state, ENDING))
    say(`  ended the chain "${name}" that an earlier run had left behind`);
  const port = await freePort(`the chain "${name}"`, options.firstPort);
  const url = `http://127.0.0.1:${port}`;
  const provider = new JsonRpcProvider(url, chainId, { staticNetwork: true, pollingInterval: 200, cacheTimeout: -1 });
  const start = async () => {
    const server = await startInBackground({
      command: anvilBinary(),
      args: [
        ...["--host", "127.0.0.1", "--port", String(port), "--chain-id", String(chainId)],
        ...["--block-time", String(options.blockSeconds), "--slots-in-an-epoch", "4", "--order", "fifo"],
        ...["--state", state, "--state-interval", String(STATE_INTERVAL_SECONDS)],
        ...["--prune-history", String(STATES_KEPT), "--cache-path", join(folder, "anvil"), "--silent"],
      ],
      logFile: file("log"),
      ending: ENDING,
    });
    writeFileSync(file("pid"), `${server.pid}\n`);
    if (await answers(provider, server)) return server;
    await server.stop();
    return undefined;
  };
  let server = await start();
  if (server === undefined && existsSync(state)) {
    // Killed while it wrote the file. A local chain is worth nothing, so it begins anew; the ledger notices by itself.
    say(`  the kept state of the chain "${name}" cannot be read: it begins anew`);
    renameSync(state, `${state}.unreadable`);
    server = await start();
  }
  if (server === undefined) {
    provider.destroy();
    throw new OperatorError(
      `the chain "${name}" (Anvil) did not start. ${file("log")} says:\n${lastLines(file("log"))}`,
    );
  }
  const { stop, kill } = server;
  return {
    chainId: BigInt(chainId),
    name,
    url,
    provider,
    async stop() {
      provider.destroy();
      await stop();
      rmSync(file("pid"), { force: true });
    },
    kill,
  };
}

async function answers(provider: JsonRpcProvider, server: Background): Promise<boolean> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (server.ended() === undefined && Date.now() < deadline) {
    const answer = await provider.send("eth_chainId", []).catch(() => undefined);
    if (answer !== undefined) return true;
    await sleep(50);
  }
  return false;
}

/** The program itself: the package's own command is a wrapper, and a signal that kills it would not reach the chain. */
function anvilBinary(): string {
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  const name = `@foundry-rs/anvil-${process.platform}-${arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve("@foundry-rs/anvil/package.json"));
  try {
    return join(dirname(require.resolve(`${name}/package.json`)), "bin", "anvil");
  } catch (cause) {
    throw new OperatorError(
      `there is no Anvil for ${process.platform}-${process.arch} in node_modules (${name}): configure chains of your own`,
      { cause },
    );
  }
}
