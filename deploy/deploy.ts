/**
 * Deploys the suite through the deterministic deployer, so that its addresses are the same on every chain, and sets up its
 * governance. No Hardhat in here: the demonstration and the tests deploy from the frozen artifacts, without a compiler.
 */
import { isError, type Provider, type Signer } from "ethers";
import { OperatorError } from "../indexer/ops/errors.ts";
import { DETERMINISTIC_DEPLOYER, deployerCallData, SALT } from "./artifact.ts";
import { type Creation, findCreation } from "./creation.ts";
import { checkChainTakesUs, sendAndWait, untilNothingPending, type Waiting } from "./deployer.ts";
import { type Governance, governedBy } from "./governance.ts";
import { type Inspection, inspect, isDeployed } from "./inspect.ts";
import {
  type DeployedContract,
  type Deployment,
  deploymentPath,
  type GovernanceRecord,
  readDeploymentIfAny,
  writeDeployment,
} from "./record.ts";
import { findSetUp } from "./setUp.ts";
import { type PlannedContract, planSuite, type Suite } from "./suite.ts";

export interface DeployOptions extends Partial<Waiting> {
  /** Pays for the transactions; its provider is the chain. */
  readonly signer: Signer;
  /** The chain that is meant. The node has to agree before anything is sent. */
  readonly chainId: number | bigint;
  /** Folder of the record, `<chainId>.json`; created if missing. */
  readonly directory: string;
  /** Default: the signer is everybody, without delays, as on a local chain. */
  readonly governance?: Governance;
  /** Told what happens, one line at a time. */
  readonly onProgress?: (line: string) => void;
}

export interface DeployResult {
  readonly suite: Suite;
  readonly record: Deployment;
  /** Path of the record. */
  readonly path: string;
  /** How many transactions were sent; 0: everything was there. */
  readonly sent: number;
  /** The set-up, where it waits for an admin who is not the signer: to be executed as it is. */
  readonly toExecute: { readonly from: string; readonly to: string; readonly data: string } | undefined;
}

/**
 * Deploys what is not there and sets the governance up, and writes the record of the chain after each step. Running it
 * again is safe at any moment: each step looks at the chain first, the addresses depend on the code and the admin alone,
 * and only code with the expected hash is accepted there.
 *
 * @throws OperatorError another chain, other code at an address, no deterministic deployer, no funds, other governance
 * @throws RetryableError not mined in time; run it again
 */
export async function deploySuite(options: DeployOptions): Promise<DeployResult> {
  const provider = options.signer.provider;
  if (provider === null) throw new OperatorError("the signer that deploys is not connected to a chain");
  const chainId = await checkedChainId(provider, options.chainId);
  const suite = planSuite(options.governance ?? governedBy(await options.signer.getAddress()));
  return await new Run(options, provider, chainId, suite).run();
}

async function checkedChainId(provider: Provider, expected: number | bigint): Promise<number> {
  const { chainId } = await provider.getNetwork();
  if (chainId !== BigInt(expected))
    throw new OperatorError(`the node is on chain ${chainId}, expected ${expected}: check its URL`);
  return Number(chainId);
}

class Run {
  readonly #signer: Signer;
  readonly #provider: Provider;
  readonly #suite: Suite;
  readonly #path: string;
  readonly #waiting: Waiting;
  readonly #say: (line: string) => void;
  #record: Deployment;
  #sent = 0;

  constructor(options: DeployOptions, provider: Provider, chainId: number, suite: Suite) {
    this.#signer = options.signer;
    this.#provider = provider;
    this.#suite = suite;
    this.#path = deploymentPath(options.directory, chainId);
    const { confirmations = 1, timeoutMs = 120_000, onSent = () => {}, onProgress = () => {} } = options;
    this.#waiting = { confirmations, timeoutMs, onSent };
    this.#say = (line) => onProgress(`chain ${chainId}: ${line}`);
    this.#record = readDeploymentIfAny(this.#path) ?? { chainId, contracts: [], governance: [] };
    if (this.#record.chainId !== chainId)
      throw new OperatorError(`${this.#path} is the record of chain ${this.#record.chainId}, expected ${chainId}`);
  }

  async run(): Promise<DeployResult> {
    const before = await inspect(this.#provider, this.#suite);
    if (before.governance !== "set up") {
      await checkChainTakesUs(this.#provider);
      await untilNothingPending(this.#signer, this.#provider, this.#waiting.timeoutMs);
    }
    for (const contract of this.#suite.contracts) this.#keepContract(await this.#ensure(contract));
    const toExecute = await this.#ensureGovernance();
    this.#say(`the record is ${this.#path}`);
    return { suite: this.#suite, record: this.#record, path: this.#path, sent: this.#sent, toExecute };
  }

  async #ensure(contract: PlannedContract): Promise<DeployedContract> {
    const { name, address, initCodeHash, runtimeCodeHash, abiHash, constructorArguments } = contract;
    let creation: Creation;
    if (await isDeployed(this.#provider, contract)) {
      this.#say(`${name} is at ${address}`);
      const known = this.#record.contracts.find((one) => one.address === address);
      if (known !== undefined && (await this.#stillHolds(known))) return known;
      creation = await findCreation(this.#provider, address, contract.initCode);
    } else {
      this.#say(`deploying ${name} to ${address}`);
      creation = await this.#create(contract);
    }
    return {
      name,
      address,
      deployer: DETERMINISTIC_DEPLOYER,
      salt: SALT,
      ...creation,
      constructorArguments: [...constructorArguments],
      initCodeHash,
      runtimeCodeHash,
      abiHash,
    };
  }

  /** Whether a record's block is still on the chain; it is not after a reorg, or where a local chain began anew. */
  async #stillHolds(known: DeployedContract): Promise<boolean> {
    if (known.block === null) return true;
    const block = await this.#provider.getBlock(known.block);
    return block !== null && block.hash === known.blockHash;
  }

  async #create(contract: PlannedContract): Promise<Creation> {
    const { address, initCode } = contract;
    try {
      const receipt = await this.#send({ to: DETERMINISTIC_DEPLOYER, data: deployerCallData(initCode) });
      // At its own block: ethers answers the same question about "latest" from its cache for a moment.
      if (!(await isDeployed(this.#provider, contract, receipt.blockNumber)))
        throw new OperatorError(`transaction ${receipt.hash} was mined, but there is no code at ${address}`);
      return { block: receipt.blockNumber, blockHash: receipt.blockHash, transactionHash: receipt.hash };
    } catch (cause) {
      // Somebody else may have deployed the very same code in between: anyone can, and it is as good.
      if (isError(cause, "CALL_EXCEPTION") && (await isDeployed(this.#provider, contract)))
        return await findCreation(this.#provider, address, initCode);
      throw cause;
    }
  }

  async #send(transaction: { to: string; data: string }) {
    const receipt = await sendAndWait(this.#signer, transaction, this.#waiting);
    this.#sent++;
    return receipt;
  }

  async #ensureGovernance(): Promise<DeployResult["toExecute"]> {
    const { setUp, governance, accessManager } = this.#suite;
    const state = await inspect(this.#provider, this.#suite);
    if (state.governance === "set up") {
      const known = this.#record.governance.find(({ manager }) => manager === accessManager.address)?.setUp;
      this.#say("the governance is set up");
      this.#keepGovernance(known != null && (await this.#isMined(known)) ? known : await this.#findSetUp());
      return undefined;
    }
    if (state.governance === "other") throw otherGovernance(state);
    if ((await this.#signer.getAddress()) !== governance.admin) {
      this.#say(`the governance waits for ${governance.admin} to set it up`);
      this.#keepGovernance(null);
      return { from: governance.admin, ...setUp };
    }
    this.#say("setting up the governance");
    const { hash, blockNumber } = await this.#send(setUp);
    this.#keepGovernance({ transactionHash: hash, block: blockNumber });
    return undefined;
  }

  async #isMined({ transactionHash, block }: NonNullable<GovernanceRecord["setUp"]>): Promise<boolean> {
    if (transactionHash === null) return false;
    return (await this.#provider.getTransactionReceipt(transactionHash))?.blockNumber === block;
  }

  async #findSetUp() {
    const { address } = this.#suite.accessManager;
    const created = this.#record.contracts.find((one) => one.address === address)?.block ?? null;
    return await findSetUp(this.#provider, address, created);
  }

  #keepContract(contract: DeployedContract): void {
    const at = this.#record.contracts.findIndex(({ address }) => address === contract.address);
    const contracts = at < 0 ? [...this.#record.contracts, contract] : this.#record.contracts.with(at, contract);
    this.#keep({ ...this.#record, contracts });
  }

  #keepGovernance(setUp: GovernanceRecord["setUp"]): void {
    const manager = this.#suite.accessManager.address;
    const { admin, guardian, registrar, suspender, delays } = this.#suite.governance;
    const entry = { manager, admin, guardian, registrar, suspender, delays: { ...delays }, setUp };
    const others = this.#record.governance.filter((one) => one.manager !== manager);
    this.#keep({ ...this.#record, governance: [...others, entry] });
  }

  #keep(record: Deployment): void {
    this.#record = record;
    writeDeployment(this.#path, record);
  }
}

function otherGovernance({ differences }: Inspection): OperatorError {
  const list = differences.map(({ what, expected, found }) => `  - ${what}: ${found}, expected ${expected}`).join("\n");
  return new OperatorError(
    `the governance is set up otherwise than asked for:\n${list}\nDeploying does not change it: name those who govern ` +
      `now, or let them decide through the AccessManager`,
  );
}
