import type { UnixTime } from "./record.ts";

/**
 * The 32-byte record of a credential: the same bytes in storage, in every event and in `recordOf`.
 * Layout, most significant byte first (contracts/types/CredentialRecord.sol):
 * anchoredAt 5 | validFrom 5 | validUntil 5 | revokedAt 5 | withdrawnAt 5 | supersededAt 5 | sequence 2.
 */

export interface CredentialRecord {
  /** Block time at which the issuer's statement reached the chain; 0 means it did not yet. */
  readonly anchoredAt: UnixTime;
  /** The issuer's word; 0 = from the start. */
  readonly validFrom: UnixTime;
  /** The issuer's word; 0 = without end. */
  readonly validUntil: UnixTime;
  /** Block time at which the issuer took it back; 0 = not. */
  readonly revokedAt: UnixTime;
  /** Block time at which the holder took it back; 0 = not. */
  readonly withdrawnAt: UnixTime;
  /** Block time at which a newer version was anchored; 0 = none was. */
  readonly supersededAt: UnixTime;
  /** Counts the changes of this credential from 1. */
  readonly sequence: number;
}

/** Where each field lies in the record: offset and width in bytes, in the order of the layout. */
export const CREDENTIAL_RECORD_FIELDS = {
  anchoredAt: [0, 5],
  validFrom: [5, 5],
  validUntil: [10, 5],
  revokedAt: [15, 5],
  withdrawnAt: [20, 5],
  supersededAt: [25, 5],
  sequence: [30, 2],
} as const satisfies Record<keyof CredentialRecord, readonly [offset: number, width: number]>;

/** Fields of a 32-byte word. Every word is a record: none is invalid. */
export function unpackCredentialRecord(word: Uint8Array): CredentialRecord {
  if (word.length !== 32) throw new RangeError(`credential record: expected 32 bytes, got ${word.length}`);
  const view = Buffer.from(word.buffer, word.byteOffset, word.byteLength);
  const at = ([offset, width]: readonly [number, number]): number => view.readUIntBE(offset, width);
  const f = CREDENTIAL_RECORD_FIELDS;
  return {
    anchoredAt: BigInt(at(f.anchoredAt)),
    validFrom: BigInt(at(f.validFrom)),
    validUntil: BigInt(at(f.validUntil)),
    revokedAt: BigInt(at(f.revokedAt)),
    withdrawnAt: BigInt(at(f.withdrawnAt)),
    supersededAt: BigInt(at(f.supersededAt)),
    sequence: at(f.sequence),
  };
}
