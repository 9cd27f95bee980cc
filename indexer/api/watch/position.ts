/**
 * Places in the feed of a chain, and cursors, which are a place in each: base64url of version and chains, ascending, so that
 * each has one text. docs/WATCHING.md has the order.
 */

/** A place right after an item, or after everything of a moment. */
export interface Position {
  /** Knowledge time of the write, in microseconds since the unix epoch. */
  readonly moment: bigint;
  /** `seq` of the event that was learned, or came before the transition; negative of what was retracted. */
  readonly seq: bigint;
  /** Number of the transition after that event, 0 of the event itself; negative of what was retracted. */
  readonly ordinal: number;
}

/** A place for each chain that was read from; what is said of any other is still to come. */
export type Positions = ReadonlyMap<bigint, Position>;

const MAX_INT64 = 2n ** 63n - 1n;
const MAX_INT32 = 2 ** 31 - 1;
/** Later than any clock, and within what PostgreSQL and Date can say. */
const MAX_MICROS = 2n ** 52n;

export const BEGINNING: Position = { moment: 0n, seq: 0n, ordinal: 0 };

/** After everything that was known by a moment. */
export const endOf = (moment: bigint): Position => ({ moment, seq: MAX_INT64, ordinal: MAX_INT32 });

export function isAfter(a: Position, b: Position): boolean {
  if (a.moment !== b.moment) return a.moment > b.moment;
  return a.seq === b.seq ? a.ordinal > b.ordinal : a.seq > b.seq;
}

/** Whether it is the place after one thing that was learned, and so names an event. */
export const isAfterEvent = ({ seq }: Position): boolean => seq >= 0n && seq < MAX_INT64;

/** Differs from those of key.ts and knownAt.ts, with which it must not be confused. */
const VERSION = 0x82;
const HEADER = 1;
const CHAIN = 28;
const MAX_CHAINS = 1_000;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

export function encodePositions(positions: Positions): string {
  const bytes = Buffer.alloc(HEADER + CHAIN * positions.size);
  bytes[0] = VERSION;
  let at = HEADER;
  for (const [chainId, { moment, seq, ordinal }] of [...positions].sort(([a], [b]) => (a < b ? -1 : 1))) {
    bytes.writeBigInt64BE(chainId, at);
    bytes.writeBigInt64BE(moment, at + 8);
    bytes.writeBigInt64BE(seq, at + 16);
    bytes.writeInt32BE(ordinal, at + 24);
    at += CHAIN;
  }
  return bytes.toString("base64url");
}

/** @returns undefined when it is not a text that {@link encodePositions} made. */
export function decodePositions(text: string): Positions | undefined {
  if (text.length > 2 * (HEADER + CHAIN * MAX_CHAINS) || !BASE64URL.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64url");
  if (bytes[0] !== VERSION || (bytes.length - HEADER) % CHAIN !== 0) return undefined;
  if (bytes.toString("base64url") !== text) return undefined;
  const positions = new Map<bigint, Position>();
  let before = 0n;
  for (let at = HEADER; at < bytes.length; at += CHAIN) {
    const [chainId, moment, seq] = [0, 8, 16].map((offset) => bytes.readBigInt64BE(at + offset)) as [
      bigint,
      bigint,
      bigint,
    ];
    if (chainId <= before || moment < 0n || moment > MAX_MICROS || seq < -MAX_INT64) return undefined;
    positions.set(chainId, { moment, seq, ordinal: bytes.readInt32BE(at + 24) });
    before = chainId;
  }
  return positions;
}
