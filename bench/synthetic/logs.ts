import { packRecord } from "../../indexer/grants/record.ts";
import { EVENT_LAYOUTS } from "../../indexer/ledger/layout.ts";
import type { SyntheticGrant } from "./events.ts";

/** A log as its block's receipt has it. */
export interface SyntheticLog {
  /** Four of 32 bytes. */
  readonly topics: readonly Buffer[];
  readonly data: Buffer;
}

const GRANTED = Buffer.from((EVENT_LAYOUTS.find(({ kind }) => kind === "GRANTED")?.topic ?? "").slice(2), "hex");
const PURPOSE = 1;
const LEGAL_BASIS = 3;
const RETENTION_SECONDS = 157_788_000n;

const wide = (address: Buffer): Buffer => Buffer.concat([Buffer.alloc(12), address]);

/** `Granted` as the contract would have logged it in a block of that time. */
export function logsOf(grants: readonly SyntheticGrant[], time: bigint): SyntheticLog[] {
  const word = packRecord({
    ...{ grantedAt: time, notBefore: time, expiresAt: 0n, lockedUntil: 0n, revokedAt: 0n },
    ...{ retention: RETENTION_SECONDS, sequence: 1, flags: 0 },
  });
  return grants.map(({ credential, holder, grantee, issuer, seal, context }) => {
    const data = Buffer.alloc(32 * 6);
    data.set(issuer, 12);
    data.set(seal, 32);
    data[95] = PURPOSE;
    data[127] = LEGAL_BASIS;
    data.set(word, 128);
    data.set(context, 160);
    return { topics: [GRANTED, credential, wide(holder), wide(grantee)], data };
  });
}
