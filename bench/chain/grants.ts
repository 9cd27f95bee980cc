import { randomBytes } from "node:crypto";
import { toHex, toSeal } from "../../indexer/grants/bytes.ts";
import { parseAddress } from "../../indexer/grants/caip.ts";
import { credentialRef } from "../../indexer/grants/ids.ts";
import type { TestAnvil } from "../../test/support/anvil.ts";
import { AccessGrants__factory } from "../../typechain-types/factories/AccessGrants__factory.ts";
import type { BenchChain } from "./storedChain.ts";

/** A grant as everybody can be asked for it: lower-case hex. */
export interface Grant {
  readonly credential: string;
  readonly grantee: string;
}

/** A transaction as Anvil takes it for an unlocked account, and what it grants. */
export interface GrantAct {
  readonly act: { readonly from: string; readonly to: string; readonly data: string; readonly gas: string };
  readonly grant: Grant;
}

const abi = AccessGrants__factory.createInterface();
const GAS = "0x30d40";

/** Grants something that nobody granted before. @param holder index of an account. */
export async function newGrant(anvil: TestAnvil, contract: string, holder = 2): Promise<GrantAct> {
  const accounts = await anvil.send<string[]>("eth_accounts");
  const [issuer, grantee, from] = [accounts[0], accounts[1], accounts[holder]] as [string, string, string];
  const seal = toSeal(randomBytes(32));
  const times = { notBefore: 0, expiresAt: 0, lockedUntil: 0, retention: 0 };
  const terms = { ...times, allowOnward: false, context: toHex(randomBytes(32)) };
  const request = { issuer, seal: toHex(seal), grantee, purpose: 1, legalBasis: 1, ...terms };
  const credential = toHex(credentialRef(parseAddress(from), parseAddress(issuer), seal));
  const act = { from, to: contract, data: abi.encodeFunctionData("grant", [request]), gas: GAS };
  return { act, grant: { credential, grantee: grantee.toLowerCase() } };
}

/** Mines one new grant, after a pause. @returns it, and when the node said that its block is there. */
export async function mineGrant(chain: BenchChain, pauseMs = 0): Promise<{ grant: Grant; minedAt: number }> {
  const { act, grant } = await newGrant(chain.anvil, chain.contract);
  await chain.anvil.send("eth_sendTransaction", act);
  if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  await chain.anvil.send("evm_mine");
  const minedAt = performance.now();
  chain.events += 1;
  chain.newest = grant;
  return { grant, minedAt };
}

/** That of the last log of the newest block. */
export async function newestGrant(anvil: TestAnvil, contract: string): Promise<Grant> {
  const filter = { fromBlock: "latest", toBlock: "latest", address: contract };
  const logs = await anvil.send<{ topics: string[] }[]>("eth_getLogs", filter);
  const [, credential, , grantee] = logs.at(-1)?.topics ?? [];
  if (credential === undefined || grantee === undefined) throw new Error("the newest block has no grant");
  return { credential, grantee: `0x${grantee.slice(26)}` };
}
