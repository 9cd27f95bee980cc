import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { JsonRpcProvider } from "ethers";
import { startAnvil } from "../support/anvil.ts";
import { freePort } from "../support/postgres.ts";
import { sleepMs } from "../support/wait.ts";

/** Nodes that others wrote, each with an account that it signs for, and a block for each transaction. */
export interface ForeignNode {
  readonly url: string;
  readonly provider: JsonRpcProvider;
  /** Replaces the newest blocks, where the node can do that and does not call them final. */
  reorg?(depth: number): Promise<void>;
  stop(): Promise<void>;
}

const CHAIN_ID = 31_341;
const STARTS_WITHIN_MS = 120_000;

export async function anvil(): Promise<ForeignNode> {
  const node = await startAnvil({ chainId: CHAIN_ID });
  await node.send("evm_setAutomine", true);
  const { url, provider, stop } = node;
  return { url, provider, stop, reorg: (depth) => node.send("anvil_reorg", depth, []) };
}

export async function hardhat(): Promise<ForeignNode> {
  const require = createRequire(import.meta.url);
  const cli = join(dirname(require.resolve("hardhat/package.json")), "dist/src/cli.js");
  const port = await freePort();
  const args = [cli, "node", "--hostname", "127.0.0.1", "--port", String(port)];
  return started(spawn(process.execPath, args, { stdio: "ignore" }), port);
}

/** @param binary of geth; nothing here brings one. */
export async function geth(binary: string): Promise<ForeignNode> {
  const folder = await mkdtemp(join(tmpdir(), "grantledger-geth-"));
  const port = await freePort();
  const network = [
    "--http",
    "--http.addr",
    "127.0.0.1",
    "--http.port",
    String(port),
    "--http.api",
    "eth,net,web3,debug",
  ];
  const apart = ["--port", "0", "--authrpc.port", "0", "--nodiscover", "--ipcdisable", "--verbosity", "1"];
  const child = spawn(binary, ["--dev", "--datadir", folder, ...network, ...apart], { stdio: "ignore" });
  const node = await started(child, port);
  return {
    ...node,
    async stop() {
      await node.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function started(child: ChildProcess, port: number): Promise<ForeignNode> {
  const endWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", endWithUs);
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + STARTS_WITHIN_MS;
  const chainId = async (): Promise<number | undefined> => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
    const answer = await fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });
    return Number(((await answer.json()) as { result: string }).result);
  };
  let id: number | undefined;
  while (id === undefined) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the node did not start on port ${port}`);
    id = await chainId().catch(() => undefined);
    if (id === undefined) await sleepMs(100);
  }
  const provider = new JsonRpcProvider(url, id, { staticNetwork: true, cacheTimeout: -1 });
  return {
    ...{ url, provider },
    async stop() {
      provider.destroy();
      process.removeListener("exit", endWithUs);
      if (child.exitCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
    },
  };
}
