import { AccessGrants__factory } from "../../typechain-types/factories/AccessGrants__factory.ts";
import type { TestAnvil } from "./anvil.ts";
import type { Random } from "./random.ts";
import { deploySuite } from "./suite.ts";

/** A transaction as Anvil takes it for an unlocked account. */
export interface Act {
  readonly from: string;
  readonly to: string;
  readonly data: string;
  readonly gas: string;
}

/** A grant by its place in small pools, so that acts meet the same grants again and again. */
export interface Party {
  readonly holder: number;
  readonly grantee: number;
  readonly seal: number;
  readonly purpose: number;
}

/** What of a grant's terms matters to a test; nothing is agreed on what is left out. */
export interface Terms {
  readonly retention?: number;
  readonly lockedUntil?: number;
  readonly expiresAt?: number;
  readonly basis?: number;
  readonly onward?: boolean;
}

type Method = "grant" | "grantBatch" | "revoke" | "release" | "grantOnward" | "revokeOnward" | "cancelSignatures";

const word = (value: number): string => `0x${value.toString(16).padStart(64, "0")}`;

/** AccessGrants on one Anvil, and people who use it. A reverted act is no fault: it leaves no log. */
export class Traffic {
  readonly anvil: TestAnvil;
  readonly address: string;
  /** Block of the deployment. */
  readonly startBlock: number;
  readonly #accounts: readonly string[];
  readonly #abi = AccessGrants__factory.createInterface();

  private constructor(anvil: TestAnvil, address: string, startBlock: number, accounts: readonly string[]) {
    this.anvil = anvil;
    this.address = address;
    this.startBlock = startBlock;
    this.#accounts = accounts;
  }

  static async start(anvil: TestAnvil): Promise<Traffic> {
    const { addresses, startBlocks } = await deploySuite(anvil);
    const accounts = await anvil.send<string[]>("eth_accounts");
    return new Traffic(anvil, addresses.AccessGrants, startBlocks.AccessGrants, accounts);
  }

  account(index: number): string {
    const address = this.#accounts[index];
    if (address === undefined) throw new RangeError(`no account ${index}`);
    return address;
  }

  grant(party: Party, terms: Terms = {}): Act {
    return this.#act(party.holder, "grant", [this.#request(party, terms)]);
  }

  /** `count` grants of different credentials in one transaction, each a new one or an extension. */
  grantMany(holder: number, firstSeal: number, count: number, retention = 60): Act {
    const requests = Array.from({ length: count }, (_, i) =>
      this.#request({ holder, grantee: 7 + (i % 3), seal: firstSeal + i, purpose: 1 + (i % 5) }, { retention }),
    );
    return this.#act(holder, "grantBatch", [requests], 200_000 * count + 100_000);
  }

  revoke(party: Party, reason = 1): Act {
    const { holder, grantee, seal, purpose } = party;
    const request = { issuer: this.account(0), seal: word(seal), grantee: this.account(grantee), purpose, reason };
    return this.#act(holder, "revoke", [request]);
  }

  release(party: Party, reason = 2): Act {
    const { holder, grantee, seal, purpose } = party;
    const request = { holder: this.account(holder), issuer: this.account(0), seal: word(seal), purpose, reason };
    return this.#act(grantee, "release", [request]);
  }

  /** By a grantee, under its own grant of the same credential and purpose. */
  grantOnward(party: Party, to: number, terms: Terms = {}): Act {
    const request = this.#request({ ...party, grantee: to }, terms);
    return this.#act(party.grantee, "grantOnward", [this.account(party.holder), request]);
  }

  revokeOnward({ holder, grantee, seal, purpose }: Party, from: number, reason = 1): Act {
    const request = { issuer: this.account(0), seal: word(seal), grantee: this.account(from), purpose, reason };
    return this.#act(grantee, "revokeOnward", [this.account(holder), request]);
  }

  cancelSignatures({ holder, grantee, seal, purpose }: Party): Act {
    const request = { issuer: this.account(0), seal: word(seal), grantee: this.account(grantee), purpose };
    return this.#act(holder, "cancelSignatures", [request]);
  }

  /** Something that a person might do; about one in three has nothing to change and reverts. */
  random(random: Random): Act {
    const party = {
      holder: 1 + random.int(6),
      grantee: 7 + random.int(3),
      seal: 1 + random.int(4),
      purpose: 1 + random.int(3),
    };
    const other = 7 + random.int(3);
    const dice = random.int(16);
    const terms = { retention: random.int(100_000), basis: random.int(256), onward: random.chance(0.8) };
    if (dice < 7) return this.grant(party, terms);
    if (dice < 9) return this.revoke(party, random.int(256));
    if (dice < 11) return this.release(party, random.int(256));
    if (dice < 14) return this.grantOnward(party, other, { basis: random.int(256) });
    return dice < 15 ? this.revokeOnward(party, other, random.int(256)) : this.cancelSignatures(party);
  }

  /** Puts the acts into the node's pool, in this order. */
  async send(...acts: readonly Act[]): Promise<void> {
    for (const act of acts) await this.anvil.send("eth_sendTransaction", act);
  }

  /** One block with these acts. */
  async mine(...acts: readonly Act[]): Promise<void> {
    await this.send(...acts);
    await this.anvil.send("evm_mine");
  }

  /** Empty blocks. */
  async empty(count: number): Promise<void> {
    await this.anvil.send("anvil_mine", `0x${count.toString(16)}`);
  }

  /** Replaces the newest `depth` blocks by as many new ones, with acts at offsets from the first of them. */
  async reorg(depth: number, acts: readonly (readonly [act: Act, offset: number])[] = []): Promise<void> {
    await this.anvil.send("anvil_reorg", depth, acts);
  }

  async head(): Promise<number> {
    return Number(await this.anvil.send<string>("eth_blockNumber"));
  }

  #request(party: Party, terms: Terms) {
    return {
      issuer: this.account(0),
      seal: word(party.seal),
      grantee: this.account(party.grantee),
      purpose: party.purpose,
      legalBasis: terms.basis ?? 1,
      notBefore: 0,
      expiresAt: terms.expiresAt ?? 0,
      lockedUntil: terms.lockedUntil ?? 0,
      retention: terms.retention ?? 0,
      allowOnward: terms.onward ?? false,
      context: word(0xc0ffee + party.seal),
    };
  }

  #act(from: number, method: Method, values: unknown[], gas = 500_000): Act {
    const data = this.#abi.encodeFunctionData(method as "grant", values as never);
    return { from: this.account(from), to: this.address, data, gas: `0x${gas.toString(16)}` };
  }
}
