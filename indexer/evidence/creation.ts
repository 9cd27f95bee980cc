import { fromHex, toHex } from "../grants/bytes.ts";
import type { Creation } from "./bundle.ts";
import { keccak256 } from "./keccak.ts";

/** The address that a deployer gives to what this code creates (CREATE2, EIP-1014), lower-case hex. */
export function createdAddress({ deployer, salt, initCodeHash }: Creation): `0x${string}` {
  const preimage = Buffer.concat([Buffer.from([0xff]), ...[deployer, salt, initCodeHash].map(fromHex)]);
  return toHex(keccak256(preimage).subarray(12));
}
