import type { Address, Bytes32 } from "../grants/bytes.ts";
import { RECORD_FIELDS } from "../grants/record.ts";
import { RetryableError } from "../ops/errors.ts";
import type { RawLog } from "../rpc/answers.ts";
import type { TimedLog } from "../sync/attach.ts";
import type { DecodedEvent } from "./decode.ts";

/** What a batch of events makes of the grants it touches. Pure. */

/** The last number of a grant's sequence; it is kept by whatever follows. */
const LAST_SEQUENCE = 0xffff;

/** One grant after a batch. */
export interface GrantChange {
  /** `sequence` of the batch's first event of this grant: what is stored must be the one before. */
  readonly firstSequence: number;
  readonly newest: DecodedEvent;
  readonly contract: Address;
  readonly seq: bigint;
  readonly log: RawLog;
  readonly blockTime: bigint;
  /** Of the newest grant event in the batch, undefined if there is none: the stored ones then stay. */
  readonly terms: { readonly legalBasis: number; readonly context: Bytes32 } | undefined;
}

export class HiddenEventError extends RetryableError {
  constructor(log: Pick<RawLog, "transactionHash" | "blockNumber">, sequence: number, previous: number | undefined) {
    super(
      `the node kept an event back: transaction ${log.transactionHash} in block ${log.blockNumber} holds change ${sequence} of a grant whose change before that is ${previous ?? "none"}`,
    );
  }
}

/** Whether `sequence` can be that of the change right after `previous` (0: none before). */
const follows = (sequence: number, previous: number): boolean => sequence === Math.min(previous + 1, LAST_SEQUENCE);

/** Collects the newest change of each grant and refuses a batch in which one is missing. */
export class GrantChanges {
  readonly #byGrant = new Map<string, GrantChange>();

  /** @throws HiddenEventError when the record's sequence does not follow that of the event before it. */
  add({ log, blockTime }: TimedLog, event: DecodedEvent, contract: Address, seq: bigint): void {
    const key = grantKey(log.address, event);
    const before = this.#byGrant.get(key);
    const sequence = sequenceOf(event.record);
    if (before !== undefined && !follows(sequence, sequenceOf(before.newest.record)))
      throw new HiddenEventError(log, sequence, sequenceOf(before.newest.record));
    // Only a grant begins: any other first change is one whose beginning was kept back.
    if (before === undefined && sequence === 1 && event.kind !== "GRANTED")
      throw new HiddenEventError(log, 1, undefined);
    const terms = event.context === undefined ? before?.terms : { legalBasis: event.code, context: event.context };
    const firstSequence = before?.firstSequence ?? sequence;
    this.#byGrant.set(key, { firstSequence, newest: event, contract, seq, log, blockTime, terms });
  }

  /** Grants that begin in this batch, nearly in the order of the primary key, in which an index takes them fastest. */
  created(): GrantChange[] {
    const created: GrantChange[] = [];
    for (const change of this.#byGrant.values()) if (change.firstSequence === 1) created.push(change);
    return created.sort((a, b) => prefix(a) - prefix(b));
  }

  /** Grants that were there before. */
  changed(): GrantChange[] {
    return [...this.#byGrant.values()].filter((change) => change.firstSequence !== 1);
  }
}

/** The first four bytes of the key: enough to bring neighbours together. */
const prefix = ({ newest: { credential: c } }: GrantChange): number =>
  (c[0] as number) * 0x1000000 + (((c[1] as number) << 16) | ((c[2] as number) << 8) | (c[3] as number));

function sequenceOf(record: Uint8Array): number {
  const [at] = RECORD_FIELDS.sequence;
  return ((record[at] as number) << 8) | (record[at + 1] as number);
}

/** The natural key as one short text: two letters of it for a byte would cost twice the memory. */
function grantKey(contract: string, { credential, grantee, purpose }: DecodedEvent): string {
  const latin1 = (bytes: Uint8Array): string =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  return `${latin1(credential)}${latin1(grantee)}${purpose}${contract}`;
}
