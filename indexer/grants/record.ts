/**
 * The 32-byte record of a grant: the same bytes in storage, in every event and in `termsOf`.
 * Layout, most significant byte first (docs/ARCHITECTURE.md, contracts/types/GrantRecord.sol):
 * grantedAt 5 | notBefore 5 | expiresAt 5 | lockedUntil 5 | revokedAt 5 | retention 4 | sequence 2 | flags 1.
 */

/** Unix seconds. */
export type UnixTime = bigint;
/** A length of time in seconds. */
export type Seconds = bigint;

export interface GrantRecord {
  /** Block time at which the current period was granted; 0 means there is no grant. */
  readonly grantedAt: UnixTime;
  readonly notBefore: UnixTime;
  /** 0 = no agreed end. */
  readonly expiresAt: UnixTime;
  /** Record keeping is promised at least until then; 0 = no promise. */
  readonly lockedUntil: UnixTime;
  /** 0 = not ended by an act. */
  readonly revokedAt: UnixTime;
  readonly retention: Seconds;
  /** Counts the changes of this grant from 1. */
  readonly sequence: number;
  readonly flags: number;
}

/** Set in `flags` when the grantee gave the access up. */
export const FLAG_RELEASED = 1;
/** Legal holds were placed, and count with the latest of them. */
export const FLAG_HELD = 2;
/** The grantee may grant onward. */
export const FLAG_MAY_GRANT_ONWARD = 4;
/** Granted by another grantee under its own grant, whose end counts. */
export const FLAG_GRANTED_ONWARD = 8;

/** Where each field lies in the record: offset and width in bytes, in the order of the layout. */
export const RECORD_FIELDS = {
  grantedAt: [0, 5],
  notBefore: [5, 5],
  expiresAt: [10, 5],
  lockedUntil: [15, 5],
  revokedAt: [20, 5],
  retention: [25, 4],
  sequence: [29, 2],
  flags: [31, 1],
} as const satisfies Record<keyof GrantRecord, readonly [offset: number, width: number]>;

/** Fields of a 32-byte word. Every word is a record: none is invalid. */
export function unpackRecord(word: Uint8Array): GrantRecord {
  if (word.length !== 32) throw new RangeError(`record: expected 32 bytes, got ${word.length}`);
  const view = Buffer.from(word.buffer, word.byteOffset, word.byteLength);
  const at = ([offset, width]: readonly [number, number]): number => view.readUIntBE(offset, width);
  const f = RECORD_FIELDS;
  return {
    grantedAt: BigInt(at(f.grantedAt)),
    notBefore: BigInt(at(f.notBefore)),
    expiresAt: BigInt(at(f.expiresAt)),
    lockedUntil: BigInt(at(f.lockedUntil)),
    revokedAt: BigInt(at(f.revokedAt)),
    retention: BigInt(at(f.retention)),
    sequence: at(f.sequence),
    flags: at(f.flags),
  };
}

/** The 32-byte word of a record. @throws RangeError when a field does not fit its width. */
export function packRecord(record: GrantRecord): Uint8Array {
  const word = Buffer.alloc(32);
  for (const [name, [offset, width]] of Object.entries(RECORD_FIELDS)) {
    const value = Number(record[name as keyof GrantRecord]);
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * width))
      throw new RangeError(`record.${name}: expected an unsigned ${8 * width} bit integer, got ${value}`);
    word.writeUIntBE(value, offset, width);
  }
  return new Uint8Array(word);
}
