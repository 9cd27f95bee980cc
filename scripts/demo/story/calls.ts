import { Interface, type TransactionReceipt, ZeroHash } from "ethers";
import { accessGrantsArtifact } from "../../../deploy/artifact.ts";
import { toHex } from "../../../indexer/grants/bytes.ts";
import type { Purpose } from "../../../indexer/grants/ids.ts";
import type { Seconds, UnixTime } from "../../../indexer/grants/record.ts";
import type { DemoChain } from "../chains.ts";
import type { Credential, Person } from "./cast.ts";

/** One holder's credential, one reader, one purpose. */
export interface Subject {
  readonly credential: Credential;
  readonly grantee: Person;
  readonly purpose: Purpose;
}

export interface Terms {
  readonly legalBasis: number;
  /** Default: none. */
  readonly expiresAt?: UnixTime;
  /** Default: none. */
  readonly retention?: Seconds;
}

/** A transaction that is not sent yet: whose, and its call data. */
export interface Call {
  readonly from: Person;
  readonly data: string;
}

const contract = new Interface(JSON.stringify(accessGrantsArtifact.abi));
const MINED_WITHIN_MS = 60_000;

export function grantCall({ credential, grantee, purpose }: Subject, terms: Terms): Call {
  const request = {
    issuer: credential.issuer.account,
    seal: toHex(credential.seal),
    grantee: grantee.account,
    purpose,
    legalBasis: terms.legalBasis,
    notBefore: 0n,
    expiresAt: terms.expiresAt ?? 0n,
    lockedUntil: 0n,
    retention: terms.retention ?? 0n,
    allowOnward: false,
    context: ZeroHash,
  };
  return { from: credential.holder, data: contract.encodeFunctionData("grant", [request]) };
}

export function revokeCall({ credential, grantee, purpose }: Subject, reason: number): Call {
  const { issuer, holder, seal } = credential;
  const request = { issuer: issuer.account, seal: toHex(seal), grantee: grantee.account, purpose, reason };
  return { from: holder, data: contract.encodeFunctionData("revoke", [request]) };
}

export function releaseCall({ credential, grantee, purpose }: Subject, reason: number): Call {
  const { issuer, holder, seal } = credential;
  const request = { holder: holder.account, issuer: issuer.account, seal: toHex(seal), purpose, reason };
  return { from: grantee, data: contract.encodeFunctionData("release", [request]) };
}

/** Sends a call and waits until it is in a block. @throws when the contract refuses it or no block comes. */
export async function send(chain: DemoChain, { from, data }: Call): Promise<TransactionReceipt> {
  const signer = await chain.provider.getSigner(from.account);
  const transaction = await signer.sendTransaction({ to: chain.contract, data });
  const receipt = await transaction.wait(1, MINED_WITHIN_MS);
  if (receipt === null) throw new Error(`${chain.name}: transaction ${transaction.hash} was not mined`);
  return receipt;
}

/** The chain's time of now: that of its newest block. */
export async function chainTime(chain: DemoChain): Promise<UnixTime> {
  const block = await chain.provider.getBlock("latest");
  if (block === null) throw new Error(`${chain.name} has no newest block`);
  return BigInt(block.timestamp);
}
