import { parseAddress } from "../../indexer/grants/caip.ts";
import { typedData } from "../../indexer/grants/typedData.ts";
import type { Act, SuiteTraffic } from "../api/suiteTraffic.ts";
import type { Random } from "./random.ts";

/** Acts that somebody signs and somebody else brings, signed by the node's own implementation of EIP-712. */

const CARRIER = 9;
const FAR = 4_000_000_000n;

type Message = Readonly<Record<string, string | number | boolean | bigint>>;

export class SignedActs {
  readonly #traffic: SuiteTraffic;

  constructor(traffic: SuiteTraffic) {
    this.#traffic = traffic;
  }

  /** One of those that can be signed; about half are stale, ended already, or there already. */
  async random(random: Random, time: number): Promise<Act> {
    const pair = random.pick(this.#traffic.pairs());
    const { holder, issuer, seal } = pair.credential;
    const named = this.#named(issuer, seal, pair.grantee, pair.purpose);
    switch (random.int(5)) {
      case 0: {
        const terms = {
          ...{ legalBasis: random.int(256), notBefore: 0, expiresAt: 0, lockedUntil: 0, retention: random.int(1_000) },
          ...{ allowOnward: random.chance(0.5), context: word(random.int(9)) },
        };
        return this.#bySequence("Grant", "grantWithSig", holder, pair.grantId, { ...named, ...terms });
      }
      case 1:
        return this.#bySequence("Revoke", "revokeWithSig", holder, pair.grantId, { ...named, reason: random.int(256) });
      case 2: {
        const request = { ...named, reason: random.int(256) };
        // Signed for the past: a block can share the second of the one before it, none lies before that.
        const issuedAt = time - random.int(40);
        const message = { holder: this.#account(holder), ...request, issuedAt };
        const signature = await this.#sign("RevokeEverywhere", holder, message);
        return grants("revokeEverywhereWithSig", message.holder, request, issuedAt, signature);
      }
      case 3:
        return this.anchor(holder, issuer, seal, { validUntil: random.chance(0.3) ? time + 200 : 0 });
      default: {
        const message = { holder: this.#account(holder), issuer: this.#account(issuer), seal: word(seal), reason: 3 };
        const signature = await this.#sign("RevokeCredential", issuer, message);
        const values = [message.issuer, message.holder, message.seal, message.reason, signature];
        return { from: CARRIER, contract: "CredentialRegistry", method: "revokeWithSig", values };
      }
    }
  }

  async anchor(holder: number, issuer: number, seal: number, terms: { validUntil: number }): Promise<Act> {
    const request = {
      ...{ holder: this.#account(holder), seal: word(seal), credentialType: word(7), validFrom: 0 },
      ...{ validUntil: terms.validUntil, replaces: word(0) },
    };
    const signature = await this.#sign("AnchorCredential", issuer, { ...request, issuer: this.#account(issuer) });
    const values = [this.#account(issuer), request, signature];
    return { from: CARRIER, contract: "CredentialRegistry", method: "anchorWithSig", values };
  }

  async #bySequence(
    type: "Grant" | "Revoke",
    method: string,
    holder: number,
    id: string,
    request: Message,
  ): Promise<Act> {
    const { anvil } = this.#traffic.suite;
    const record = await this.#traffic.view("AccessGrants", "termsOf", [id], await anvil.provider.getBlockNumber());
    const sequence = (BigInt(String(record)) >> 8n) & 0xffffn;
    const message = { holder: this.#account(holder), ...request, sequence, deadline: FAR };
    const signature = await this.#sign(type, holder, message);
    return grants(method, message.holder, request, sequence, FAR, signature);
  }

  #sign(type: Parameters<typeof typedData>[0], signer: number, message: Message): Promise<string> {
    const { anvil, addresses } = this.#traffic.suite;
    const contract = type.endsWith("Credential") ? addresses.CredentialRegistry : addresses.AccessGrants;
    const plain = Object.fromEntries(
      Object.entries(message).map(([name, value]) => [name, typeof value === "number" ? BigInt(value) : value]),
    );
    const request = typedData(type, parseAddress(contract), anvil.chainId, plain);
    return anvil.send<string>("eth_signTypedData_v4", this.#account(signer), request);
  }

  #named(issuer: number, seal: number, grantee: number, purpose: number) {
    return { issuer: this.#account(issuer), seal: word(seal), grantee: this.#account(grantee), purpose };
  }

  #account(index: number): string {
    return this.#traffic.account(index);
  }
}

const word = (value: number): string => `0x${value.toString(16).padStart(64, "0")}`;

const grants = (method: string, ...values: unknown[]): Act => ({
  from: CARRIER,
  contract: "AccessGrants",
  method,
  values,
});
