import { keccak_256 } from "@noble/hashes/sha3.js";
import {
  type Address,
  type CredentialRef,
  type GrantId,
  type Seal,
  toCredentialRef,
  toGrantId,
  toSeal,
} from "./bytes.ts";

/**
 * The ids of the system, each with its one derivation. The Solidity twins are `contracts/types/CredentialRef.sol` and
 * `contracts/types/GrantId.sol`; both sides are tested with the same vectors.
 */

/** A purpose code, `uint16`, never 0. The table is docs/CODES.md. */
export type Purpose = number;

/**
 * keccak256(salt ‖ contentHash): what an issuer puts on-chain instead of content.
 * @param salt 32 random bytes; destroying them makes the seal meaningless (crypto-erasure).
 */
export function seal(salt: Uint8Array, contentHash: Uint8Array): Seal {
  if (salt.length !== 32) throw new RangeError(`salt: expected 32 bytes, got ${salt.length}`);
  if (contentHash.length !== 32) throw new RangeError(`contentHash: expected 32 bytes, got ${contentHash.length}`);
  const preimage = new Uint8Array(64);
  preimage.set(salt, 0);
  preimage.set(contentHash, 32);
  return toSeal(keccak_256(preimage));
}

/** keccak256(abi.encode(address holder, address issuer, bytes32 seal)). */
export function credentialRef(holder: Address, issuer: Address, sealOfContent: Seal): CredentialRef {
  const preimage = new Uint8Array(96);
  preimage.set(holder, 12);
  preimage.set(issuer, 44);
  preimage.set(sealOfContent, 64);
  return toCredentialRef(keccak_256(preimage));
}

/** keccak256(abi.encode(bytes32 credentialRef, address grantee, uint16 purpose)). */
export function grantId(credential: CredentialRef, grantee: Address, purpose: Purpose): GrantId {
  if (!Number.isInteger(purpose) || purpose < 0 || purpose > 0xffff)
    throw new RangeError(`purpose: expected a 16 bit code, got ${purpose}`);
  const preimage = new Uint8Array(96);
  preimage.set(credential, 0);
  preimage.set(grantee, 44);
  preimage[94] = purpose >> 8;
  preimage[95] = purpose & 0xff;
  return toGrantId(keccak_256(preimage));
}
