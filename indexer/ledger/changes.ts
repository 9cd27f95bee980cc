import type { Address } from "../grants/bytes.ts";
import { DEFENCES } from "../ops/defences.ts";
import { RetryableError } from "../ops/errors.ts";
import type { RawLog } from "../rpc/answers.ts";
import { numberAt } from "./decodeGrant.ts";

/**
 * What a batch of events makes of the things it touches (grants, credentials, entities), each of which counts its changes
 * from 1. Pure.
 */

/** How the events of one kind of thing follow each other. `Kept` is what its newest event does not say itself. */
export interface Subject<Event, Kept> {
  /** What a change is one of, for people. */
  readonly name: string;
  /** 31 bits of its key within its contract, as good as random for what different people make. */
  hashOf(event: Event): number;
  /** Whether both are of the same thing, within one contract. */
  isSame(a: Event, b: Event): boolean;
  sequenceOf(event: Event): number;
  /** The number that is kept by whatever follows it. */
  readonly lastSequence: number;
  /** Whether such an event can be the first. */
  canBegin(event: Event): boolean;
  /** What is to be kept after an event, given what was before it in the batch. */
  keep(before: Kept | undefined, event: Event, blockTime: bigint): Kept;
}

/** One thing after a batch. */
export interface Change<Event, Kept> {
  /** Number of the batch's first change of it: what is stored must be the one before. */
  readonly firstSequence: number;
  readonly newest: Event;
  readonly kept: Kept;
  readonly contract: Address;
  readonly seq: bigint;
  readonly blockNumber: bigint;
  readonly blockTime: bigint;
}

/** A change among those of the same hash. */
interface Entry<Event, Kept> {
  change: Change<Event, Kept>;
  readonly address: string;
  readonly next: Entry<Event, Kept> | undefined;
}

/** A place in the chain, as far as an error names it. */
export type Place = Pick<RawLog, "transactionHash" | "blockNumber">;

export class HiddenEventError extends RetryableError {
  /** @param holds what the place holds although what has to come before it is not there. */
  constructor({ transactionHash, blockNumber }: Place, holds: string) {
    super(`the node kept an event back: transaction ${transactionHash} in block ${blockNumber} holds ${holds}`);
  }
}

export const outOfSequence = (subject: string, sequence: number, previous: number | undefined): string =>
  `change ${sequence} of ${subject} whose change before that is ${previous ?? "none"}`;

/** Where an event came from, and its place in the ledger. */
export interface Origin {
  readonly log: Place & Pick<RawLog, "address">;
  readonly blockTime: bigint;
  readonly contract: Address;
  readonly seq: bigint;
}

/** Collects the newest change of each thing and refuses a batch in which one is missing. */
export class Changes<Event, Kept> {
  readonly #subject: Subject<Event, Kept>;
  readonly #byHash = new Map<number, Entry<Event, Kept>>();
  /** In the order in which they came first. */
  readonly #entries: Entry<Event, Kept>[] = [];

  constructor(subject: Subject<Event, Kept>) {
    this.#subject = subject;
  }

  /** @throws HiddenEventError when the event's number does not follow that of the event before it. */
  add({ log, blockTime, contract, seq }: Origin, event: Event): void {
    const subject = this.#subject;
    const { name, lastSequence } = subject;
    const hash = subject.hashOf(event);
    const sameHash = this.#byHash.get(hash);
    let entry = sameHash;
    while (entry !== undefined && !(entry.address === log.address && subject.isSame(entry.change.newest, event)))
      entry = entry.next;
    const before = entry?.change;
    const sequence = subject.sequenceOf(event);
    if (before !== undefined) {
      const previous = subject.sequenceOf(before.newest);
      if (sequence !== Math.min(previous + 1, lastSequence) && DEFENCES.sequence)
        throw new HiddenEventError(log, outOfSequence(name, sequence, previous));
    } else if (sequence === 1 && !subject.canBegin(event))
      // A change that cannot be the first: the one before it was kept back.
      throw new HiddenEventError(log, outOfSequence(name, 1, undefined));
    const change = {
      firstSequence: before?.firstSequence ?? sequence,
      newest: event,
      kept: subject.keep(before?.kept, event, blockTime),
      contract,
      seq,
      blockNumber: log.blockNumber,
      blockTime,
    };
    if (entry !== undefined) entry.change = change;
    else {
      const added = { change, address: log.address, next: sameHash };
      this.#byHash.set(hash, added);
      this.#entries.push(added);
    }
  }

  /** Things that begin in this batch. */
  created(): Change<Event, Kept>[] {
    return this.#entries.map(({ change }) => change).filter(({ firstSequence }) => firstSequence === 1);
  }

  /** Things that were there before. */
  changed(): Change<Event, Kept>[] {
    return this.#entries.map(({ change }) => change).filter(({ firstSequence }) => firstSequence !== 1);
  }
}

/** The hash of things whose key is bytes that nobody chooses freely, or whose number is small. */
export const hashOfBytes = (bytes: Uint8Array): number => numberAt(bytes, bytes.length - 4, 4) & SMALL_INTEGER;

/** V8 keeps integers of 31 bits without a heap object. */
export const SMALL_INTEGER = 0x3fff_ffff;
