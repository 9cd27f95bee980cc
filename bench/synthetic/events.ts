import { createCipheriv } from "node:crypto";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { keccak256, toUtf8Bytes } from "ethers";

/** What the synthetic chain's grants are made of; everything follows from the number of the block and a place in it. */
export interface SyntheticGrant {
  /** 20 bytes. */
  readonly holder: Buffer;
  readonly grantee: Buffer;
  readonly issuer: Buffer;
  /** 32 bytes. */
  readonly credential: Buffer;
  readonly seal: Buffer;
  readonly context: Buffer;
}

const named = (name: string): Buffer => Buffer.from(keccak256(toUtf8Bytes(name)).slice(2), "hex");
const address = (name: string): Buffer => named(name).subarray(12);

export const CONTRACT = address("contract");
const ISSUER = address("issuer");
const HOLDERS = Array.from({ length: 1024 }, (_, i) => address(`holder ${i}`));
const GRANTEES = Array.from({ length: 64 }, (_, i) => address(`grantee ${i}`));
const KEY = named("key");

/** The grants of a block. Seals and contexts are a stream cipher's output: as good as random, and the same every time. */
export function grantsOf(block: number, count: number): SyntheticGrant[] {
  const counter = Buffer.alloc(16);
  counter.writeUInt32BE(block, 0);
  const stream = createCipheriv("aes-256-ctr", KEY, counter).update(Buffer.alloc(64 * count));
  // abi.encode(address holder, address issuer, bytes32 seal)
  const preimage = Buffer.alloc(96);
  preimage.set(ISSUER, 44);
  return Array.from({ length: count }, (_, i) => {
    const number = block * count + i;
    const holder = HOLDERS[number % HOLDERS.length] as Buffer;
    const seal = stream.subarray(64 * i, 64 * i + 32);
    preimage.set(holder, 12);
    preimage.set(seal, 64);
    return {
      holder,
      grantee: GRANTEES[Math.floor(number / HOLDERS.length) % GRANTEES.length] as Buffer,
      issuer: ISSUER,
      credential: Buffer.from(keccak_256(preimage)),
      seal,
      context: stream.subarray(64 * i + 32, 64 * i + 64),
    };
  });
}
