/**
 * Delays of the AccessManager that are announced but not in force. Its views tell only today's value, so they are read
 * from storage, whose layout belongs to the code that was checked before.
 */
import { AbiCoder, type BlockTag, keccak256, type Provider, toBeHex, toBigInt } from "ethers";

/** Slots of the mappings `_targets` and `_roles`. */
const TARGETS = 0n;
const ROLES = 1n;
/** In the second word of a role its admin and guardian, eight bytes each, come before the delay. */
const ROLE_DELAY_BIT = 128n;

/** OpenZeppelin's Time.Delay: `before` until `effect`, `after` from then on. Seconds, Unix time. */
export interface DelayChange {
  readonly before: number;
  readonly after: number;
  readonly effect: number;
}

export async function grantDelayOf(provider: Provider, manager: string, role: bigint, at: BlockTag) {
  return await delayAt(provider, manager, mappingSlot("uint64", role, ROLES) + 1n, ROLE_DELAY_BIT, at);
}

export async function targetDelayOf(provider: Provider, manager: string, target: string, at: BlockTag) {
  return await delayAt(provider, manager, mappingSlot("address", target, TARGETS) + 1n, 0n, at);
}

function mappingSlot(type: string, key: unknown, slot: bigint): bigint {
  return toBigInt(keccak256(AbiCoder.defaultAbiCoder().encode([type, "uint256"], [key, slot])));
}

async function delayAt(
  provider: Provider,
  manager: string,
  slot: bigint,
  bit: bigint,
  at: BlockTag,
): Promise<DelayChange> {
  const word = toBigInt(await provider.getStorage(manager, toBeHex(slot, 32), at)) >> bit;
  const take = (from: bigint, bits: bigint): number => Number(BigInt.asUintN(Number(bits), word >> from));
  return { after: take(0n, 32n), before: take(32n, 32n), effect: take(64n, 48n) };
}
