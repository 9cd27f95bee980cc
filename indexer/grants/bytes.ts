/**
 * Raw bytes with a name. Ids and addresses are bytes inside every room and text only at the edges, so a lower-case
 * address and its checksummed twin can never be two different rows.
 */

declare const brand: unique symbol;
type Branded<Name extends string> = Uint8Array & { readonly [brand]: Name };

/** 20 bytes: an account or contract. */
export type Address = Branded<"Address">;
/** 32 bytes without further meaning: a block hash, a transaction hash, a context. */
export type Bytes32 = Branded<"Bytes32">;
/** 32 bytes: keccak256 of (salt, content hash), made off-chain by the issuer. */
export type Seal = Branded<"Seal">;
/** 32 bytes: which credential. See {@link credentialRef}. */
export type CredentialRef = Branded<"CredentialRef">;
/** 32 bytes: which grant. See {@link grantId}. */
export type GrantId = Branded<"GrantId">;

const HEX = /^0x(?:[0-9a-fA-F]{2})*$/;

function named<T extends Uint8Array>(bytes: Uint8Array, length: number, name: string): T {
  if (bytes.length !== length) throw new RangeError(`${name}: expected ${length} bytes, got ${bytes.length}`);
  return bytes as T;
}

export const toAddress = (bytes: Uint8Array): Address => named(bytes, 20, "Address");
export const toBytes32 = (bytes: Uint8Array): Bytes32 => named(bytes, 32, "Bytes32");
export const toSeal = (bytes: Uint8Array): Seal => named(bytes, 32, "Seal");
export const toCredentialRef = (bytes: Uint8Array): CredentialRef => named(bytes, 32, "CredentialRef");
export const toGrantId = (bytes: Uint8Array): GrantId => named(bytes, 32, "GrantId");

/** Bytes of a `0x` string. @throws RangeError when the text is not an even number of hex digits after `0x`. */
export function fromHex(text: string): Uint8Array {
  if (!HEX.test(text)) throw new RangeError(`expected 0x and an even number of hex digits, got ${quote(text)}`);
  return new Uint8Array(Buffer.from(text.slice(2), "hex"));
}

/** 32 bytes of a `0x` string. @throws RangeError when the text is anything but 64 hex digits after `0x`. */
export function parseBytes32(text: string): Bytes32 {
  if (!/^0x[0-9a-fA-F]{64}$/.test(text)) throw new RangeError(`expected 0x and 64 hex digits, got ${quote(text)}`);
  return toBytes32(fromHex(text));
}

/** Lower-case `0x` text of the bytes. */
export function toHex(bytes: Uint8Array): `0x${string}` {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Something a person gave us, short enough for a message and unable to forge a second line in a log. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}
