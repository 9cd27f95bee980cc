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

  grant(
    party: Party,
    terms: { retention?: number; lockedUntil?: number; expiresAt?: number; basis?: number } = {},
  ): Act {
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

  /** Something that a person might do; about one in four has nothing to change and reverts. */
  random(random: Random): Act {
    const party = {
      holder: 1 + random.int(6),
      grantee: 7 + random.int(3),
      seal: 1 + random.int(4),
      purpose: 1 + random.int(3),
    };
    const dice = random.int(10);
    if (dice < 6) return this.grant(party, { retention: random.int(100_000), basis: random.int(256) });
    if (dice < 8) return this.revoke(party, random.int(256));
    return this.release(party, random.int(256));
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

  #request(party: Party, terms: { retention?: number; lockedUntil?: number; expiresAt?: number; basis?: number }) {
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
      allowOnward: false,
      context: word(0xc0ffee + party.seal),
    };
  }

  #act(from: number, method: "grant" | "grantBatch" | "revoke" | "release", values: unknown[], gas = 500_000): Act {
    const data = this.#abi.encodeFunctionData(method as "grant", values as never);
    return { from: this.account(from), to: this.address, data, gas: `0x${gas.toString(16)}` };
  }
}
