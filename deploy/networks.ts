/** Chains as Hardhat's networks, and connections to them. */
import { BrowserProvider } from "ethers";
import hre from "hardhat";
import { explain, OperatorError } from "../indexer/ops/errors.ts";
import { type ChainRecord, rpcVariable } from "./chainRecord.ts";
import { CHAINS, chainOf } from "./chains.ts";

export interface Connection {
  readonly chain: ChainRecord;
  readonly provider: BrowserProvider;
  close(): Promise<void>;
}

/** Those of `--network` in their order, or for `--all` every public one whose URL is configured. */
export async function chosenChains(networks: readonly string[], all: boolean): Promise<readonly ChainRecord[]> {
  if (all === networks.length > 0)
    throw new OperatorError(
      `expected either --all or --network <name>, one of ${CHAINS.map(({ network }) => network).join(", ")}`,
    );
  if (!all) return [...new Set(networks)].map(chainOf);
  const publicChains = CHAINS.filter(({ kind }) => kind !== "local");
  const configured = await Promise.all(publicChains.map(isConfigured));
  const chosen = publicChains.filter((_, i) => configured[i]);
  if (chosen.length > 0) return chosen;
  throw new OperatorError(
    `--all found no network with a URL, expected at least one of ${publicChains.map(rpcVariable).join(", ")} in the ` +
      `environment or in Hardhat's keystore`,
  );
}

/** The keystore is asked by Hardhat, for its password too, where the environment has no such variable. */
async function isConfigured(chain: ChainRecord): Promise<boolean> {
  const network = hre.config.networks[chain.network];
  if (network?.type !== "http") return false;
  return await network.url.getUrl().then(
    () => true,
    () => false,
  );
}

/**
 * Connects to a chain. `keyed`: with the deployer's key, so that something can be sent.
 * @throws OperatorError the URL or the key is not configured, or nobody answers, or another chain does
 */
export async function connectTo(chain: ChainRecord, keyed: boolean): Promise<Connection> {
  const name = chain.network;
  if (chain.kind !== "local" && !(await isConfigured(chain)))
    throw new OperatorError(`${name} has no URL: put ${rpcVariable(chain)} into the environment or Hardhat's keystore`);
  const connection = await hre.network.create(
    keyed ? { network: name } : { network: name, override: { accounts: "remote" } },
  );
  // Asked before ethers takes over, which would go on trying and say less.
  const answered = await connection.provider.request({ method: "eth_chainId" }).catch(async (cause: unknown) => {
    await connection.close();
    throw new OperatorError(`network ${name} does not answer`, { cause: withoutUrl(cause) });
  });
  if (Number(answered) !== chain.chainId) {
    await connection.close();
    throw new OperatorError(`the node of ${name} is on chain ${Number(answered)}, expected ${chain.chainId}`);
  }
  const provider = new BrowserProvider(connection.provider, chain.chainId, { cacheTimeout: -1 });
  return {
    chain,
    provider,
    async close() {
      provider.destroy();
      await connection.close();
    },
  };
}

/** A URL may hold a key. */
function withoutUrl(cause: unknown): Error {
  return new Error(explain(cause).replace(/\b(https?|wss?):\/\/[^\s"']+/g, "$1://***"));
}
