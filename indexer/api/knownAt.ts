/**
 * By when something was known. A moment of the clock, or what an answer was read from: of each chain the newest write that
 * it saw. The latter has an answer again to the letter, also where a write was becoming visible in that very millisecond or
 * the clocks of server and writer differed. Opaque text: base64url of version, clock and the chains, ascending.
 */
export interface KnownAt {
  /** Milliseconds since the unix epoch: what ages by itself was looked at then. */
  readonly clock: number;
  /** Microseconds since the unix epoch: of every chain, or of each of these, {@link OTHER_CHAINS} standing for the rest. */
  readonly of: bigint | ReadonlyMap<bigint, bigint>;
}

/** No chain has this id. */
export const OTHER_CHAINS = 0n;

const RFC_3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/;
const BASE64URL = /^[A-Za-z0-9_-]+$/;
/** After those of key.ts, with which it must not be confused. */
const VERSION = 0x81;
const HEADER = 9;
const CHAIN = 16;
const MAX_CHAINS = 1_000;
/** Later than any clock, and within what PostgreSQL and Date can say. */
const MAX_MICROS = 2n ** 52n;

export function encodeKnownAt({ clock, of }: KnownAt): string {
  if (typeof of === "bigint") return rfc3339(of);
  const bytes = Buffer.alloc(HEADER + CHAIN * of.size);
  bytes[0] = VERSION;
  bytes.writeDoubleBE(clock, 1);
  let at = HEADER;
  for (const [chainId, micros] of [...of].sort(([a], [b]) => (a < b ? -1 : 1))) {
    bytes.writeBigInt64BE(chainId, at);
    bytes.writeBigInt64BE(micros, at + 8);
    at += CHAIN;
  }
  return bytes.toString("base64url");
}

/** @returns undefined when it is neither a moment nor a text that {@link encodeKnownAt} made. */
export function decodeKnownAt(text: string): KnownAt | undefined {
  const [, seconds, fraction = ""] = RFC_3339.exec(text) ?? [];
  if (seconds === undefined) return decodeChains(text);
  const millis = Date.parse(`${seconds}Z`);
  // Date.parse turns February 30th into March.
  if (Number.isNaN(millis) || !new Date(millis).toISOString().startsWith(seconds)) return undefined;
  const micros = BigInt(millis) * 1000n + BigInt(fraction.padEnd(6, "0"));
  return micros < 0n || micros > MAX_MICROS ? undefined : { clock: Number(micros) / 1000, of: micros };
}

function decodeChains(text: string): KnownAt | undefined {
  if (text.length > 2 * (HEADER + CHAIN * MAX_CHAINS) || !BASE64URL.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64url");
  if (bytes[0] !== VERSION || (bytes.length - HEADER) % CHAIN !== 0) return undefined;
  // Only the canonical text is accepted: one thing, one name.
  if (bytes.length < HEADER || bytes.toString("base64url") !== text) return undefined;
  const clock = bytes.readDoubleBE(1);
  if (!(clock >= 0 && clock * 1000 <= Number(MAX_MICROS))) return undefined;
  const of = new Map<bigint, bigint>();
  let before = -1n;
  for (let at = HEADER; at < bytes.length; at += CHAIN) {
    const [chainId, micros] = [bytes.readBigInt64BE(at), bytes.readBigInt64BE(at + 8)];
    if (chainId <= before || micros < 0n || micros > MAX_MICROS) return undefined;
    of.set(chainId, micros);
    before = chainId;
  }
  return { clock, of };
}

/** Microseconds since the unix epoch, without loss. */
export function rfc3339(micros: bigint): string {
  const millis = new Date(Number(micros / 1000n)).toISOString();
  return millis.replace("Z", `${(micros % 1000n).toString().padStart(3, "0")}Z`);
}
