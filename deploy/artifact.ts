import { readFileSync } from "node:fs";
import { getCreate2Address, id, keccak256, toUtf8Bytes } from "ethers";

/** A compiled contract as committed in `deploy/artifacts/`, written by `deploy/freeze.ts`. Hashes are keccak256. */
export interface FrozenArtifact {
  readonly contractName: string;
  readonly abi: readonly unknown[];
  readonly initCode: string;
  readonly initCodeHash: string;
  readonly runtimeCodeHash: string;
  readonly compiler: { readonly version: string; readonly settings: Record<string, unknown> };
}

/** The deterministic deployment proxy, at the same address on every chain: call data is salt ‖ init code. */
export const DETERMINISTIC_DEPLOYER = "0x4e59b44847b379578588920cA78FbF26c0B4956C";

/** Fixed for all time: with the init code it decides the address. */
export const SALT = id("grantledger");

export const accessGrantsArtifact = JSON.parse(
  readFileSync(new URL("./artifacts/AccessGrants.json", import.meta.url), "utf8"),
) as FrozenArtifact;

/** The CREATE2 address (EIP-1014) of a contract, the same on every chain. */
export function addressOf(artifact: FrozenArtifact): string {
  return getCreate2Address(DETERMINISTIC_DEPLOYER, SALT, artifact.initCodeHash);
}

/** keccak256 of the ABI as JSON without spaces. */
export function abiHashOf(artifact: FrozenArtifact): string {
  return keccak256(toUtf8Bytes(JSON.stringify(artifact.abi)));
}
