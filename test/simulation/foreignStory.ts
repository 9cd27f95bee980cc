import {
  Contract,
  ContractFactory,
  HDNodeWallet,
  Interface,
  type InterfaceAbi,
  type JsonRpcProvider,
  NonceManager,
  parseEther,
  type Wallet,
} from "ethers";
import {
  accessGrantsArtifact,
  accessManagerArtifact,
  credentialRegistryArtifact,
  entityRegistryArtifact,
} from "../../deploy/artifact.ts";
import type { ContractName } from "../../indexer/config/schema.ts";
import type { Named } from "../support/truth.ts";

/** A short story told to any node: the contracts, an issuer, and grants that begin, change and end. */

const ARTIFACTS = {
  AccessManager: accessManagerArtifact,
  EntityRegistry: entityRegistryArtifact,
  CredentialRegistry: credentialRegistryArtifact,
  AccessGrants: accessGrantsArtifact,
} as const satisfies Record<ContractName, unknown>;

const PHRASE = "test test test test test test test test test test test junk";
const word = (value: number): string => `0x${value.toString(16).padStart(64, "0")}`;

export class ForeignStory {
  readonly contracts: Named[] = [];
  readonly #provider: JsonRpcProvider;
  /** People who are nobody's development accounts: 0 governs and issues, 1 holds, 2 reads. */
  readonly #people: readonly NonceManager[];
  readonly #addresses: readonly string[];

  constructor(provider: JsonRpcProvider) {
    this.#provider = provider;
    const wallets = [0, 1, 2].map((i) =>
      HDNodeWallet.fromPhrase(PHRASE, undefined, `m/44'/60'/0'/7/${i}`).connect(provider),
    );
    this.#addresses = wallets.map(({ address }) => address);
    this.#people = wallets.map((wallet) => new NonceManager(wallet as unknown as Wallet));
  }

  async begin(): Promise<void> {
    const [rich] = (await this.#provider.send("eth_accounts", [])) as [string];
    for (const to of this.#addresses) {
      const value = `0x${parseEther("1").toString(16)}`;
      const hash = await this.#provider.send("eth_sendTransaction", [{ from: rich, to, value }]);
      await this.#provider.waitForTransaction(hash);
    }
    const manager = await this.#deploy("AccessManager", this.#address(0));
    const entities = await this.#deploy("EntityRegistry", manager);
    await this.#deploy("CredentialRegistry", entities);
    await this.#deploy("AccessGrants", entities);
    const details = { kinds: 1, jurisdiction: "0x4445", lei: `0x${"00".repeat(20)}`, name: "Issuer", uri: "" };
    await this.#act(0, "EntityRegistry", "register", this.#address(0), details);
  }

  /** @param seal another one for each chapter. */
  async chapter(seal: number): Promise<void> {
    const named = { issuer: this.#address(0), seal: word(seal), grantee: this.#address(2), purpose: 1 };
    const none = { notBefore: 0, expiresAt: 0, lockedUntil: 0, context: word(1) };
    const grant = { ...named, legalBasis: 1, ...none, retention: 60, allowOnward: true };
    const anchor = { holder: this.#address(1), seal: word(seal), credentialType: word(7), validFrom: 0, validUntil: 0 };
    await this.#act(0, "CredentialRegistry", "anchor", { ...anchor, replaces: word(0) });
    await this.#act(1, "AccessGrants", "grantBatch", [grant, { ...grant, purpose: 2 }]);
    await this.#act(1, "AccessGrants", "grant", { ...grant, retention: 120 });
    await this.#act(1, "AccessGrants", "revoke", { ...named, reason: 2 });
    await this.#act(2, "AccessGrants", "release", { ...named, holder: this.#address(1), purpose: 2, reason: 3 });
  }

  #address(person: number): string {
    return this.#addresses[person] as string;
  }

  async #deploy(name: ContractName, argument: string): Promise<string> {
    const { abi, creationCode } = ARTIFACTS[name];
    const contract = await new ContractFactory(abi as InterfaceAbi, creationCode, this.#people[0]).deploy(argument);
    await contract.deploymentTransaction()?.wait();
    const address = await contract.getAddress();
    this.contracts.push({ name, address });
    return address;
  }

  async #act(person: number, contract: ContractName, method: string, ...values: unknown[]): Promise<void> {
    const address = this.contracts.find(({ name }) => name === contract)?.address ?? "";
    const abi = new Interface(JSON.stringify(ARTIFACTS[contract].abi));
    const target = new Contract(address, abi, this.#people[person]);
    // Not the node's estimate, which is of a moment before: in the next second the same act may take another way.
    await (await target.getFunction(method)(...values, { gasLimit: 1_000_000 })).wait();
  }
}
