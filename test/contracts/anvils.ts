/** Real nodes for the tests of deployment. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { JsonRpcProvider, type JsonRpcSigner } from "ethers";

/** The first account of Anvil and of Hardhat's networks: known to everybody, and unlocked on both. */
export const EXAMPLE_ADMIN = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
/** Its key. */
export const EXAMPLE_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

export interface Anvil {
  readonly chainId: number;
  readonly url: string;
  readonly process: ChildProcess;
  readonly provider: JsonRpcProvider;
  /** EXAMPLE_ADMIN. */
  readonly signer: JsonRpcSigner;
}

export async function startAnvil(chainId: number): Promise<Anvil> {
  const child = spawn("anvil", ["--port", "0", "--chain-id", `${chainId}`], { stdio: ["ignore", "pipe", "inherit"] });
  // A test that fails before it stops its chain leaves none behind.
  process.once("exit", () => child.kill());
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += chunk;
    const port = /Listening on 127\.0\.0\.1:(\d+)/.exec(printed)?.[1];
    if (port === undefined) continue;
    const url = `http://127.0.0.1:${port}`;
    const provider = connect({ url, chainId });
    return { chainId, url, process: child, provider, signer: await provider.getSigner(0) };
  }
  throw new Error(`anvil did not start:\n${printed}`);
}

/** A connection of its own, which can be closed without the chain. */
function connect({ url, chainId }: Pick<Anvil, "url" | "chainId">): JsonRpcProvider {
  return new JsonRpcProvider(url, chainId, {
    staticNetwork: true,
    cacheTimeout: -1,
    polling: true,
    pollingInterval: 50,
  });
}

export async function stop({ process: child, provider }: Anvil): Promise<void> {
  provider.destroy();
  child.kill();
  await once(child, "exit");
}
