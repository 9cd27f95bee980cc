import { type Address, type CredentialRef, toAddress, toCredentialRef } from "../grants/bytes.ts";
import type { Purpose } from "../grants/ids.ts";
import type { UnixTime } from "../grants/record.ts";

/**
 * Opaque ids and cursors: base64url of version, kind and the key's bytes, all of fixed length. A text is one of ours
 * only if it encodes back to itself, so each thing has exactly one id, and none can carry anything but a key.
 */

export interface GrantKey {
  readonly credential: CredentialRef;
  readonly grantee: Address;
  readonly purpose: Purpose;
  readonly chainId: bigint;
  readonly contract: Address;
}

/** What one registry knows about a credential. */
export interface CredentialKey {
  readonly credential: CredentialRef;
  readonly chainId: bigint;
  readonly contract: Address;
}

/** A legal person in one registry. */
export interface EntityKey {
  readonly account: Address;
  readonly chainId: bigint;
  readonly contract: Address;
}

/** That somebody can read something for a purpose, on whatever chains. */
export interface AccessKey {
  readonly credential: CredentialRef;
  readonly grantee: Address;
  readonly purpose: Purpose;
}

export type AccessKeyKind = "readerCursor" | "readableCursor";

export interface EventKey {
  readonly chainId: bigint;
  readonly seq: bigint;
}

export interface EventPosition extends EventKey {
  readonly blockTime: UnixTime;
}

const VERSION = 1;
/** A kind's place is its byte, so new ones come last. */
const KINDS = [
  ...(["grantId", "eventId", "chainId", "grantCursor", "eventCursor"] as const),
  ...(["credentialId", "credentialCursor", "entityId", "entityCursor"] as const),
  ...(["readerCursor", "readableCursor"] as const),
  "queryLogCursor" as const,
];
export type KeyKind = (typeof KINDS)[number];

/** Bytes after version and kind. */
const LENGTH: Record<KeyKind, number> = {
  grantId: 82,
  eventId: 16,
  chainId: 8,
  grantCursor: 82,
  eventCursor: 24,
  credentialId: 60,
  credentialCursor: 60,
  entityId: 48,
  entityCursor: 48,
  readerCursor: 54,
  readableCursor: 54,
  queryLogCursor: 8,
};
const HEADER = 2;
const MAX_INT64 = 2n ** 63n - 1n;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

function start(kind: KeyKind): Buffer {
  const bytes = Buffer.alloc(HEADER + LENGTH[kind]);
  bytes[0] = VERSION;
  bytes[1] = KINDS.indexOf(kind);
  return bytes;
}

export function encodeGrantKey(kind: "grantId" | "grantCursor", key: GrantKey): string {
  const bytes = start(kind);
  bytes.set(key.credential, 2);
  bytes.set(key.grantee, 34);
  bytes.writeUInt16BE(key.purpose, 54);
  bytes.writeBigInt64BE(key.chainId, 56);
  bytes.set(key.contract, 64);
  return bytes.toString("base64url");
}

export function encodeCredentialKey(kind: "credentialId" | "credentialCursor", key: CredentialKey): string {
  const bytes = start(kind);
  bytes.set(key.credential, 2);
  bytes.writeBigInt64BE(key.chainId, 34);
  bytes.set(key.contract, 42);
  return bytes.toString("base64url");
}

export function encodeEntityKey(kind: "entityId" | "entityCursor", key: EntityKey): string {
  const bytes = start(kind);
  bytes.set(key.account, 2);
  bytes.writeBigInt64BE(key.chainId, 22);
  bytes.set(key.contract, 30);
  return bytes.toString("base64url");
}

export function encodeAccessKey(kind: AccessKeyKind, key: AccessKey): string {
  const bytes = start(kind);
  bytes.set(key.credential, 2);
  bytes.set(key.grantee, 34);
  bytes.writeUInt16BE(key.purpose, 54);
  return bytes.toString("base64url");
}

export function encodeEventId(key: EventKey): string {
  const bytes = start("eventId");
  bytes.writeBigInt64BE(key.chainId, 2);
  bytes.writeBigInt64BE(key.seq, 10);
  return bytes.toString("base64url");
}

export function encodeEventCursor(position: EventPosition): string {
  const bytes = start("eventCursor");
  bytes.writeBigInt64BE(position.blockTime, 2);
  bytes.writeBigInt64BE(position.chainId, 10);
  bytes.writeBigInt64BE(position.seq, 18);
  return bytes.toString("base64url");
}

export function encodeChainKey(chainId: bigint): string {
  const bytes = start("chainId");
  bytes.writeBigInt64BE(chainId, 2);
  return bytes.toString("base64url");
}

export function encodeQueryLogCursor(seq: bigint): string {
  const bytes = start("queryLogCursor");
  bytes.writeBigInt64BE(seq, 2);
  return bytes.toString("base64url");
}

/** What a text is, and its bytes; undefined when it is none of ours. */
function decode(text: string): { kind: KeyKind; bytes: Buffer } | undefined {
  if (text.length > 128 || !BASE64URL.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64url");
  const kind = KINDS[bytes[1] ?? KINDS.length];
  if (bytes[0] !== VERSION || kind === undefined || bytes.length !== HEADER + LENGTH[kind]) return undefined;
  // The last character can hold bits that belong to no byte: only the canonical text is accepted.
  return bytes.toString("base64url") === text ? { kind, bytes } : undefined;
}

/** Which kind of thing a text is the key of, if any. */
export const kindOf = (text: string): KeyKind | undefined => decode(text)?.kind;

function expect(kind: KeyKind, text: string): Buffer | undefined {
  const decoded = decode(text);
  return decoded?.kind === kind ? decoded.bytes : undefined;
}

/** A number that the database can hold and that our own rows can have. */
function stored(bytes: Buffer, at: number): bigint | undefined {
  const value = bytes.readBigUInt64BE(at);
  return value > MAX_INT64 ? undefined : value;
}

export function decodeGrantKey(kind: "grantId" | "grantCursor", text: string): GrantKey | undefined {
  const bytes = expect(kind, text);
  const chainId = bytes && stored(bytes, 56);
  if (bytes === undefined || chainId === undefined) return undefined;
  return {
    credential: toCredentialRef(bytes.subarray(2, 34)),
    grantee: toAddress(bytes.subarray(34, 54)),
    purpose: bytes.readUInt16BE(54),
    chainId,
    contract: toAddress(bytes.subarray(64, 84)),
  };
}

export function decodeCredentialKey(
  kind: "credentialId" | "credentialCursor",
  text: string,
): CredentialKey | undefined {
  const bytes = expect(kind, text);
  const chainId = bytes && stored(bytes, 34);
  if (bytes === undefined || chainId === undefined) return undefined;
  return { credential: toCredentialRef(bytes.subarray(2, 34)), chainId, contract: toAddress(bytes.subarray(42, 62)) };
}

export function decodeEntityKey(kind: "entityId" | "entityCursor", text: string): EntityKey | undefined {
  const bytes = expect(kind, text);
  const chainId = bytes && stored(bytes, 22);
  if (bytes === undefined || chainId === undefined) return undefined;
  return { account: toAddress(bytes.subarray(2, 22)), chainId, contract: toAddress(bytes.subarray(30, 50)) };
}

export function decodeAccessKey(kind: AccessKeyKind, text: string): AccessKey | undefined {
  const bytes = expect(kind, text);
  return (
    bytes && {
      credential: toCredentialRef(bytes.subarray(2, 34)),
      grantee: toAddress(bytes.subarray(34, 54)),
      purpose: bytes.readUInt16BE(54),
    }
  );
}

export function decodeEventId(text: string): EventKey | undefined {
  const bytes = expect("eventId", text);
  if (bytes === undefined) return undefined;
  const [chainId, seq] = [stored(bytes, 2), stored(bytes, 10)];
  return chainId === undefined || seq === undefined ? undefined : { chainId, seq };
}

export function decodeEventCursor(text: string): EventPosition | undefined {
  const bytes = expect("eventCursor", text);
  if (bytes === undefined) return undefined;
  const [blockTime, chainId, seq] = [stored(bytes, 2), stored(bytes, 10), stored(bytes, 18)];
  return blockTime === undefined || chainId === undefined || seq === undefined
    ? undefined
    : { blockTime, chainId, seq };
}

export function decodeChainKey(text: string): bigint | undefined {
  const bytes = expect("chainId", text);
  return bytes && stored(bytes, 2);
}

export function decodeQueryLogCursor(text: string): bigint | undefined {
  const bytes = expect("queryLogCursor", text);
  return bytes && stored(bytes, 2);
}
