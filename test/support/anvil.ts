import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { JsonRpcProvider, NonceManager } from "ethers";
import { freePort } from "./postgres.ts";

/** A real EVM node of this test process alone, on loopback, gone when it is stopped. Blocks come only when asked for. */
export interface TestAnvil {
  readonly url: string;
  readonly chainId: bigint;
  readonly provider: JsonRpcProvider;
  /** Signer of one of Anvil's ten development accounts, whose nonce is counted here so that many can be queued. */
  account(index: number): Promise<NonceManager>;
  send<T = unknown>(method: string, ...params: unknown[]): Promise<T>;
  /** Freezes and thaws the process: a node that hangs. */
  signal(name: "SIGSTOP" | "SIGCONT"): void;
  /** At once, or, by SIGINT, after it has written what `--dump-state` asks for. */
  stop(signal?: "SIGKILL" | "SIGINT"): Promise<void>;
}

/** The binary itself: the package's own command is a wrapper that signals do not reach through. */
function anvilBinary(): string {
  const require = createRequire(import.meta.url);
  const platform = process.platform === "darwin" ? "darwin" : "linux";
  const arch = process.arch === "arm64" ? "arm64" : "amd64";
  const wrapper = createRequire(require.resolve("@foundry-rs/anvil/package.json"));
  return join(dirname(wrapper.resolve(`@foundry-rs/anvil-${platform}-${arch}/package.json`)), "bin", "anvil");
}

export async function startAnvil(options: {
  chainId: number;
  port?: number;
  args?: string[];
  /** How long it may take to start; longer where it loads a large state. */
  startMs?: number;
}): Promise<TestAnvil> {
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const child: ChildProcess = spawn(
    anvilBinary(),
    [
      ...["--chain-id", String(options.chainId), "--port", String(port), "--host", "127.0.0.1"],
      ...["--slots-in-an-epoch", "4", "--no-mining", "--order", "fifo", "--silent", ...(options.args ?? [])],
    ],
    { stdio: "ignore" },
  );
  const endWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", endWithUs);
  const provider = new JsonRpcProvider(url, options.chainId, {
    staticNetwork: true,
    batchMaxCount: 50,
    cacheTimeout: -1,
  });
  const deadline = Date.now() + (options.startMs ?? 20_000);
  while ((await provider.send("eth_chainId", []).catch(() => undefined)) === undefined) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`anvil did not start on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    url,
    chainId: BigInt(options.chainId),
    provider,
    account: async (index) => new NonceManager(await provider.getSigner(index)),
    send: (method, ...params) => provider.send(method, params),
    signal: (name) => void child.kill(name),
    async stop(signal = "SIGKILL") {
      provider.destroy();
      if (child.exitCode === null) {
        const exited = once(child, "exit");
        child.kill(signal);
        await exited;
      }
      process.removeListener("exit", endWithUs);
    },
  };
}
