import { readFileSync } from "node:fs";
import { concat, dataLength, getCreate2Address, hexlify, id, keccak256, toUtf8Bytes } from "ethers";

/** A compiled contract as committed in `deploy/artifacts/`, written by `deploy/freeze.ts`. */
export interface FrozenArtifact {
  readonly contractName: string;
  /** Path in this repository or in a package, as the compiler was given it. */
  readonly sourceName: string;
  readonly abi: readonly unknown[];
  /** What creates the contract, without its constructor's arguments. */
  readonly creationCode: string;
  /** What then lies at its address, with zeros where the immutable variables go. */
  readonly runtimeCode: string;
  /** For each immutable variable, in the order of their declarations, the bytes of `runtimeCode` where its word starts. */
  readonly immutables: readonly (readonly number[])[];
  readonly compiler: { readonly version: string; readonly settings: Record<string, unknown> };
}

/** The deterministic deployment proxy, at the same address on every chain: call data is salt ‖ init code. */
export const DETERMINISTIC_DEPLOYER = "0x4e59b44847b379578588920cA78FbF26c0B4956C";

/** Fixed for all time: with the init code it decides the address. */
export const SALT = id("grantledger");

export const accessManagerArtifact = read("AccessManager");
export const entityRegistryArtifact = read("EntityRegistry");
export const credentialRegistryArtifact = read("CredentialRegistry");
export const accessGrantsArtifact = read("AccessGrants");

function read(name: string): FrozenArtifact {
  return JSON.parse(readFileSync(new URL(`./artifacts/${name}.json`, import.meta.url), "utf8")) as FrozenArtifact;
}

/** The CREATE2 address (EIP-1014) of what an init code creates, the same on every chain. */
export function addressOf(initCode: string): string {
  return getCreate2Address(DETERMINISTIC_DEPLOYER, SALT, keccak256(initCode));
}

/** What the deterministic deployer is called with: salt ‖ init code. */
export function deployerCallData(initCode: string): string {
  return concat([SALT, initCode]);
}

/** The code that a contract has once it is deployed. `words` are the values of its immutable variables, 32 bytes each. */
export function runtimeCodeOf(artifact: FrozenArtifact, words: readonly string[]): string {
  if (words.length !== artifact.immutables.length)
    throw new RangeError(
      `${artifact.contractName} has ${artifact.immutables.length} immutable variables, got ${words.length} values`,
    );
  let code = artifact.runtimeCode;
  for (const [i, places] of artifact.immutables.entries()) {
    const word = hexlify(words[i] ?? "0x");
    if (dataLength(word) !== 32) throw new RangeError(`expected 32 bytes for an immutable variable, got ${word}`);
    for (const start of places) code = replaceBytes(code, start, word.slice(2));
  }
  return code;
}

function replaceBytes(code: string, start: number, digits: string): string {
  const at = 2 + 2 * start;
  return code.slice(0, at) + digits + code.slice(at + digits.length);
}

/** keccak256 of the ABI as JSON without spaces. */
export function abiHashOf(artifact: FrozenArtifact): string {
  return keccak256(toUtf8Bytes(JSON.stringify(artifact.abi)));
}
