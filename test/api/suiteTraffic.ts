import { AbiCoder, type Interface, keccak256, ZeroHash } from "ethers";
import type { ContractName } from "../../indexer/config/schema.ts";
import type { TestAnvil } from "../support/anvil.ts";
import type { Random } from "../support/random.ts";
import { deploySuite, type Suite } from "../support/suite.ts";
import { ABI } from "./suite.ts";

/** The whole suite on one Anvil, and people who do anything it allows, and some of what it does not. */

const ISSUERS = [1, 2] as const;
const HOLDERS = [3, 4] as const;
const GRANTEES = [5, 6, 7] as const;
const AUTHORITY = 8;
const SEALS = [1, 2] as const;
const PURPOSES = [1, 2] as const;

const word = (value: number): string => `0x${value.toString(16).padStart(64, "0")}`;
const encode = (types: string[], values: unknown[]): string =>
  keccak256(AbiCoder.defaultAbiCoder().encode(types, values));

export interface CredentialOfTraffic {
  readonly ref: string;
  readonly holder: number;
  readonly issuer: number;
  readonly seal: number;
}

/** Who may ask for what. */
export interface Pair {
  readonly credential: CredentialOfTraffic;
  readonly grantee: number;
  readonly purpose: number;
  readonly grantId: string;
}

export class SuiteTraffic {
  readonly suite: Suite;
  readonly #accounts: readonly string[];

  private constructor(suite: Suite, accounts: readonly string[]) {
    this.suite = suite;
    this.#accounts = accounts;
  }

  static async start(anvil: TestAnvil): Promise<SuiteTraffic> {
    return new SuiteTraffic(await deploySuite(anvil), await anvil.send<string[]>("eth_accounts"));
  }

  account(index: number): string {
    const address = this.#accounts[index];
    if (address === undefined) throw new RangeError(`no account ${index}`);
    return address;
  }

  credentials(): CredentialOfTraffic[] {
    return HOLDERS.flatMap((holder) =>
      ISSUERS.flatMap((issuer) =>
        SEALS.map((seal) => {
          const values = [this.account(holder), this.account(issuer), word(seal)];
          return { ref: encode(["address", "address", "bytes32"], values), holder, issuer, seal };
        }),
      ),
    );
  }

  pairs(): Pair[] {
    return this.credentials().flatMap((credential) =>
      GRANTEES.flatMap((grantee) =>
        PURPOSES.map((purpose) => {
          const values = [credential.ref, this.account(grantee), purpose];
          return { credential, grantee, purpose, grantId: encode(["bytes32", "address", "uint16"], values) };
        }),
      ),
    );
  }

  /** One block at this time with these acts, in this order; those that revert leave nothing behind. */
  async mine(time: number, acts: readonly Act[]): Promise<void> {
    for (const act of acts) await this.suite.anvil.send("eth_sendTransaction", this.transaction(act));
    await this.suite.anvil.send("evm_setNextBlockTimestamp", time);
    await this.suite.anvil.send("evm_mine");
  }

  transaction({ from, contract, method, values }: Act): Record<string, string> {
    const data = ABI[contract].encodeFunctionData(method, [...values]);
    return { from: this.account(from), to: this.suite.addresses[contract], data, gas: "0x7a120" };
  }

  /** What a view said at the end of a block. */
  async view(contract: ContractName, method: string, values: readonly unknown[], block: number): Promise<unknown> {
    const abi: Interface = ABI[contract];
    const call = { to: this.suite.addresses[contract], data: abi.encodeFunctionData(method, [...values]) };
    const answer = await this.suite.anvil.provider.send("eth_call", [call, `0x${block.toString(16)}`]);
    return abi.decodeFunctionResult(method, answer)[0];
  }

  /** Registrations that everything else needs: two issuers and an authority. */
  founding(): Act[] {
    return [...ISSUERS, AUTHORITY].map((account) => this.#register(account, account === AUTHORITY ? 4 : 1));
  }

  /** Something that somebody might do in a block of this time. */
  random(random: Random, time: number): Act {
    const dice = random.int(100);
    const holder = random.pick(HOLDERS);
    const issuer = random.pick(ISSUERS);
    const seal = random.pick(SEALS);
    const grantee = random.pick(GRANTEES);
    const purpose = random.pick(PURPOSES);
    const named = { issuer: this.account(issuer), seal: word(seal), grantee: this.account(grantee), purpose };
    const about = { ...named, holder: this.account(holder) };
    const ahead = (most: number): number => (random.chance(0.5) ? 0 : time + 1 + random.int(most));
    const grants = (from: number, method: string, ...values: unknown[]): Act => {
      return { from, contract: "AccessGrants", method, values };
    };
    const code = random.int(9);
    if (dice < 30)
      return grants(holder, "grant", {
        ...named,
        ...{ legalBasis: code, notBefore: random.chance(0.2) ? time + random.int(60) : 0, expiresAt: ahead(600) },
        ...{ lockedUntil: random.chance(0.2) ? ahead(300) : 0, retention: random.int(3) * 40 },
        ...{ allowOnward: random.chance(0.7), context: word(code) },
      });
    if (dice < 38) return grants(holder, "revoke", { ...named, reason: code });
    if (dice < 43) return grants(grantee, "release", { ...about, reason: code });
    if (dice < 46) return grants(holder, "cancelSignatures", named);
    if (dice < 54)
      return grants(AUTHORITY, "hold", { ...about, until: time + 1 + random.int(200), orderRef: word(code) });
    if (dice < 57) return grants(AUTHORITY, "liftHold", { ...about, orderRef: word(code) });
    if (dice < 70)
      return grants(random.pick(GRANTEES), "grantOnward", about.holder, {
        ...named,
        ...{ legalBasis: code, notBefore: 0, expiresAt: ahead(300), lockedUntil: 0, retention: 0 },
        ...{ allowOnward: false, context: word(code) },
      });
    if (dice < 73) return grants(random.pick(GRANTEES), "revokeOnward", about.holder, { ...named, reason: code });
    if (dice < 86)
      return this.#anchor(issuer, {
        ...{ holder: this.account(holder), seal: word(seal), credentialType: word(7) },
        validFrom: random.chance(0.2) ? time + random.int(100) : 0,
        validUntil: random.chance(0.3) ? time + 101 + random.int(400) : 0,
        replaces: random.chance(0.1) ? word(random.pick(SEALS)) : ZeroHash,
      });
    if (dice < 88)
      return {
        from: issuer,
        contract: "CredentialRegistry",
        method: "revoke",
        values: [this.account(holder), word(seal), code],
      };
    if (dice < 89)
      return {
        from: holder,
        contract: "CredentialRegistry",
        method: "withdraw",
        values: [this.account(issuer), word(seal), code],
      };
    return this.#entity(random, random.chance(0.8) ? issuer : AUTHORITY);
  }

  #entity(random: Random, account: number): Act {
    const method = random.pick([
      "suspend",
      "reinstate",
      "reinstate",
      "withdraw",
      "register",
      "register",
      "amend",
    ] as const);
    if (method === "register") return this.#register(account, account === AUTHORITY ? 4 : 1);
    if (method === "amend") return { ...this.#register(account, random.pick([1, 2, 3, 7])), method };
    return { from: 0, contract: "EntityRegistry", method, values: [this.account(account), random.int(9)] };
  }

  #register(account: number, kinds: number): Act {
    const details = [kinds, "0x4445", `0x${"00".repeat(20)}`, `Entity ${account} ${kinds}`, ""];
    return { from: 0, contract: "EntityRegistry", method: "register", values: [this.account(account), details] };
  }

  #anchor(from: number, value: object): Act {
    return { from, contract: "CredentialRegistry", method: "anchor", values: [value] };
  }
}

/** A call by somebody, the people numbered like Anvil's accounts. */
export interface Act {
  readonly from: number;
  readonly contract: ContractName;
  readonly method: string;
  readonly values: readonly unknown[];
}
