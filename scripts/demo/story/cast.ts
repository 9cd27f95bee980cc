import { randomBytes } from "node:crypto";
import { getAddress, type JsonRpcProvider } from "ethers";
import type { Address, CredentialRef, Seal } from "../../../indexer/grants/bytes.ts";
import { parseAddress } from "../../../indexer/grants/caip.ts";
import { credentialRef, seal } from "../../../indexer/grants/ids.ts";

/** Someone in the story: one of the development accounts that Anvil signs for by itself, the same on every chain. */
export interface Person {
  readonly name: string;
  /** EIP-55 text. */
  readonly account: string;
  readonly address: Address;
}

export interface Cast {
  readonly issuer: Person;
  readonly holders: readonly [ana: Person, ben: Person, cleo: Person];
  readonly institutions: readonly [bank: Person, exchange: Person];
}

export async function castOf(provider: JsonRpcProvider): Promise<Cast> {
  const accounts = (await provider.send("eth_accounts", [])) as string[];
  const person = (index: number, name: string): Person => {
    const account = accounts[index];
    if (account === undefined) throw new Error(`Anvil has ${accounts.length} accounts, expected more than ${index}`);
    return { name, account: getAddress(account), address: parseAddress(account.toLowerCase()) };
  };
  return {
    issuer: person(0, "Northgate Identity"),
    holders: [person(1, "Ana"), person(2, "Ben"), person(3, "Cleo")],
    institutions: [person(4, "Meridian Bank"), person(5, "Harbour Exchange")],
  };
}

/** A credential that the issuer made for a holder. Content and salt never leave this process; the seal goes on chain. */
export interface Credential {
  readonly holder: Person;
  readonly issuer: Person;
  readonly seal: Seal;
  readonly ref: CredentialRef;
}

/** With a fresh salt, so that a second run on kept data tells a new story beside the old one. */
export function issueCredential(issuer: Person, holder: Person): Credential {
  const sealed = seal(randomBytes(32), randomBytes(32));
  return { holder, issuer, seal: sealed, ref: credentialRef(holder.address, issuer.address, sealed) };
}
