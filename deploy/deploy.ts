/**
 * Deploys AccessGrants through the deterministic deployer, so that its address is the same on every chain. No Hardhat in
 * here: the demonstration and the tests deploy from the frozen artifact, without a compiler.
 */
import { type BlockTag, isError, keccak256, type Provider, type Signer } from "ethers";
import { OperatorError, RetryableError } from "../indexer/ops/errors.ts";
import {
  abiHashOf,
  accessGrantsArtifact,
  addressOf,
  DETERMINISTIC_DEPLOYER,
  type FrozenArtifact,
  SALT,
} from "./artifact.ts";
import { type Creation, deployerCallData, findCreation } from "./creation.ts";
import {
  type DeployedContract,
  type Deployment,
  deploymentPath,
  readDeploymentIfAny,
  writeDeployment,
} from "./record.ts";

export interface DeployOptions {
  /** Pays for the transaction; its provider is the chain. */
  readonly signer: Signer;
  /** The chain that is meant. The node has to agree before anything is sent. */
  readonly chainId: number | bigint;
  /** Folder of the record, `<chainId>.json`; created if missing. */
  readonly directory: string;
  /** Blocks to wait for, the one of the transaction included. Default 1. */
  readonly confirmations?: number;
  /** How long to wait for them. Default two minutes. */
  readonly timeoutMs?: number;
  /** Told what happens, one line at a time. */
  readonly onProgress?: (line: string) => void;
}

export interface DeployResult {
  readonly address: string;
  readonly record: Deployment;
  /** Path of the record. */
  readonly path: string;
  /** Whether a transaction was sent; false: the contract was there. */
  readonly sent: boolean;
}

/**
 * Deploys AccessGrants unless it is there, and writes the record of the chain. Running it again is safe at any moment:
 * the address depends on the code alone, and only code with the expected hash is accepted there.
 *
 * @throws OperatorError another chain, other code at the address, no deterministic deployer, no funds
 * @throws RetryableError not mined in time; run it again
 */
export async function deployAccessGrants(options: DeployOptions): Promise<DeployResult> {
  const { signer, directory, onProgress = () => {} } = options;
  const artifact = accessGrantsArtifact;
  const address = addressOf(artifact);
  const provider = signer.provider;
  if (provider === null) throw new OperatorError("the signer that deploys is not connected to a chain");
  const chainId = await checkedChainId(provider, options.chainId);
  const path = deploymentPath(directory, chainId);
  const earlier = readDeploymentIfAny(path);
  if (earlier !== undefined && earlier.chainId !== chainId)
    throw new OperatorError(`${path} is the record of chain ${earlier.chainId}, expected ${chainId}`);

  const sent = !(await isDeployed(provider, address, artifact));
  let creation: Creation;
  if (sent) {
    onProgress(`chain ${chainId}: deploying ${artifact.contractName} to ${address}`);
    creation = await send(provider, options, address, artifact);
  } else {
    onProgress(`chain ${chainId}: ${artifact.contractName} is at ${address}`);
    const known = earlier?.contracts.find((contract) => contract.address === address);
    if (known !== undefined && earlier !== undefined && (await stillHolds(provider, known)))
      return { address, record: earlier, path, sent };
    onProgress(`chain ${chainId}: no record of it yet, looking for the block that created it`);
    creation = await findCreation(provider, address, artifact);
  }

  const contract: DeployedContract = {
    name: artifact.contractName,
    address,
    deployer: DETERMINISTIC_DEPLOYER,
    salt: SALT,
    ...creation,
    initCodeHash: artifact.initCodeHash,
    runtimeCodeHash: artifact.runtimeCodeHash,
    abiHash: abiHashOf(artifact),
  };
  const others = earlier?.contracts.filter((other) => other.address !== address) ?? [];
  const record: Deployment = { chainId, contracts: [...others, contract] };
  writeDeployment(path, record);
  onProgress(`chain ${chainId}: wrote ${path}`);
  return { address, record, path, sent };
}

async function checkedChainId(provider: Provider, expected: number | bigint): Promise<number> {
  const { chainId } = await provider.getNetwork();
  if (chainId !== BigInt(expected))
    throw new OperatorError(`the node is on chain ${chainId}, expected ${expected}: check its URL`);
  return Number(chainId);
}

/** Whether the contract is at its address already. Anything else there is refused. */
async function isDeployed(
  provider: Provider,
  address: string,
  artifact: FrozenArtifact,
  block: BlockTag = "latest",
): Promise<boolean> {
  const code = await provider.getCode(address, block);
  if (code === "0x") return false;
  const found = keccak256(code);
  if (found !== artifact.runtimeCodeHash)
    throw new OperatorError(
      `other code is at ${address}: its hash is ${found}, expected ${artifact.runtimeCodeHash} ` +
        `(${artifact.contractName}). Nothing was sent. CREATE2 cannot put other code there, so this chain or its node is ` +
        `not what it says`,
    );
  return true;
}

/** Whether a record's block is still on the chain; it is not after a reorg, or where a local chain began anew. */
async function stillHolds(provider: Provider, known: DeployedContract): Promise<boolean> {
  if (known.block === null) return true;
  const block = await provider.getBlock(known.block);
  return block !== null && block.hash === known.blockHash;
}

async function send(
  provider: Provider,
  { signer, confirmations = 1, timeoutMs = 120_000 }: DeployOptions,
  address: string,
  artifact: FrozenArtifact,
): Promise<Creation> {
  if ((await provider.getCode(DETERMINISTIC_DEPLOYER)) === "0x")
    throw new OperatorError(
      `this chain has no deterministic deployer at ${DETERMINISTIC_DEPLOYER}, so the contract cannot get the address it ` +
        `has elsewhere. Put it there first: github.com/Arachnid/deterministic-deployment-proxy says how, it is one ` +
        `transaction that is signed already`,
    );
  try {
    const transaction = await signer.sendTransaction({ to: DETERMINISTIC_DEPLOYER, data: deployerCallData(artifact) });
    const receipt = await transaction.wait(confirmations, timeoutMs);
    if (receipt === null) throw new RetryableError(`transaction ${transaction.hash} is not mined yet; run it again`);
    // At its own block: ethers answers the same question about "latest" from its cache for a moment.
    if (!(await isDeployed(provider, address, artifact, receipt.blockNumber)))
      throw new OperatorError(`transaction ${transaction.hash} was mined, but there is no code at ${address}`);
    return { block: receipt.blockNumber, blockHash: receipt.blockHash, transactionHash: receipt.hash };
  } catch (cause) {
    // Somebody else may have deployed the very same code in between: anyone can, and it is as good.
    if (isError(cause, "CALL_EXCEPTION") && (await isDeployed(provider, address, artifact)))
      return await findCreation(provider, address, artifact);
    if (isError(cause, "TIMEOUT"))
      throw new RetryableError(`the deployment was sent but not mined within ${timeoutMs / 1000} s; run it again`, {
        cause,
      });
    if (isError(cause, "INSUFFICIENT_FUNDS"))
      throw new OperatorError(`${await signer.getAddress()} cannot pay for the deployment: send it funds`, { cause });
    throw cause;
  }
}
