import { FLAG_GRANTED_ONWARD, FLAG_HELD, type GrantRecord, type UnixTime } from "../../grants/record.ts";
import { activeEnd, type GrantState, NEVER } from "../../grants/rule.ts";
import { BugError } from "../../ops/errors.ts";
import { Agenda } from "./agenda.ts";
import { type GrantName, keyOf, nextOf, type Origin, type Standing, stateOf } from "./standing.ts";

/**
 * Time passing over the grants of one chain, between their events and in the chain's order. What time changes at `t` comes
 * before every event of a block of that time or later, since the contract judges by the block's time: who grants in the
 * second in which the old grant expires begins a new period. What the end of a parent changes comes right after the event
 * that ended it. Pure.
 */

export type TransitionKind = "BECAME_ACTIVE" | "ENDED_ACTIVE" | "ENDED";

export interface Transition {
  readonly kind: TransitionKind;
  readonly at: UnixTime;
  readonly name: GrantName;
  readonly holder: Uint8Array;
  /** The event that made it so: the grant's newest, or that of the parent that ended. */
  readonly causeSeq: bigint;
  /** The event that it comes right after, and its number among those that do, from 1. */
  readonly afterSeq: bigint;
  readonly ordinal: number;
}

/** An event about a grant. */
export interface GrantChange {
  readonly name: GrantName;
  readonly holder: Uint8Array;
  readonly seq: bigint;
  readonly blockTime: UnixTime;
  readonly record: GrantRecord;
  /** Of an event about legal holds. */
  readonly holdUntil: UnixTime | undefined;
  /** Of an event that grants onward. */
  readonly origin: Origin | undefined;
}

/** Where a passage begins: the chain's time and its newest event, with the transitions that came after that. */
export interface Place {
  readonly time: UnixTime;
  readonly seq: bigint;
  readonly ordinal: number;
}

export class Passage {
  readonly #standings = new Map<string, Standing>();
  readonly #states = new Map<string, GrantState>();
  /** Who was granted onward, by the key of the parent. */
  readonly #families = new Map<string, Set<string>>();
  readonly #agenda = new Agenda();
  readonly #touched = new Set<string>();
  #transitions: Transition[] = [];
  #seq: bigint;
  #ordinal: number;

  /** @param standings at the place, of every grant that an event will be about or whose moment comes. */
  constructor(standings: Iterable<Standing>, { time, seq, ordinal }: Place) {
    this.#seq = seq;
    this.#ordinal = ordinal;
    for (const standing of standings) this.#settle(keyOf(standing.name), standing, time);
    this.#touched.clear();
  }

  /** Lets time pass to `t`, that moment included. */
  advance(t: UnixTime): void {
    for (let due = this.#agenda.take(t); due !== undefined; due = this.#agenda.take(t)) {
      const standing = this.#standings.get(due.key);
      if (standing === undefined) throw new BugError(`transitions: ${due.key} is due and not known`);
      this.#change(due.key, standing, due.at, standing.seq);
    }
  }

  /** Lets time pass to the event, and the event happen. */
  apply(change: GrantChange): void {
    this.advance(change.blockTime);
    this.passEvent(change.seq);
    const key = keyOf(change.name);
    this.#settle(key, this.#after(this.#standings.get(key), change), change.blockTime);
    for (const child of [...(this.#families.get(key) ?? [])].sort()) this.#follow(child, change);
  }

  /** An event happens that is about no grant. */
  passEvent(seq: bigint): void {
    this.#seq = seq;
    this.#ordinal = 0;
  }

  /** What came since this was asked last. */
  take(): Transition[] {
    const taken = this.#transitions;
    this.#transitions = [];
    return taken;
  }

  get place(): Omit<Place, "time"> {
    return { seq: this.#seq, ordinal: this.#ordinal };
  }

  /** The next moment of every grant that something happened to; undefined for what changes no more. */
  *pending(): Generator<{ readonly name: GrantName; readonly at: UnixTime | undefined }> {
    for (const key of this.#touched) {
      const standing = this.#standings.get(key);
      if (standing !== undefined) yield { name: standing.name, at: this.#agenda.of(key) };
    }
  }

  #after(before: Standing | undefined, change: GrantChange): Standing {
    const { name, holder, seq, record } = change;
    const holdUntil = (record.flags & FLAG_HELD) === 0 ? 0n : (change.holdUntil ?? before?.holdUntil ?? 0n);
    const origin = (record.flags & FLAG_GRANTED_ONWARD) === 0 ? undefined : (change.origin ?? before?.origin);
    let parentEnd = NEVER;
    if (origin !== undefined)
      parentEnd = change.origin === undefined ? (before?.parentEnd ?? NEVER) : this.#parentEnd(name, change.origin);
    return { name, holder, seq, record, holdUntil, origin, parentEnd };
  }

  /** Of the grantor's period, which is its newest: it granted onward just now. */
  #parentEnd(name: GrantName, { grantor, parentGrantedAt }: Origin): UnixTime {
    const parent = this.#standings.get(keyOf({ ...name, grantee: grantor }));
    if (parent?.record.grantedAt !== parentGrantedAt)
      throw new BugError(`transitions: ${keyOf(name)} was granted onward under a period that is not known`);
    return activeEnd(parent.record);
  }

  /** A grant made onward ends with the period of the parent that it was made in. */
  #follow(key: string, parent: GrantChange): void {
    const child = this.#standings.get(key);
    if (child?.origin?.parentGrantedAt !== parent.record.grantedAt) return;
    const parentEnd = activeEnd(parent.record);
    if (parentEnd === child.parentEnd) return;
    const follows = { ...child, parentEnd };
    this.#standings.set(key, follows);
    this.#change(key, follows, parent.blockTime, parent.seq);
  }

  /** Takes a grant as it stands at `t`, without a transition: its own event says what changed. */
  #settle(key: string, standing: Standing, t: UnixTime): void {
    const family = ({ name, origin }: Standing) => origin && keyOf({ ...name, grantee: origin.grantor });
    const before = this.#standings.get(key);
    const [left, joined] = [before && family(before), family(standing)];
    if (left !== undefined && left !== joined) this.#families.get(left)?.delete(key);
    if (joined !== undefined) {
      const members = this.#families.get(joined) ?? new Set();
      this.#families.set(joined, members.add(key));
    }
    this.#standings.set(key, standing);
    this.#states.set(key, stateOf(standing, t));
    this.#schedule(key, standing, t);
  }

  #change(key: string, standing: Standing, at: UnixTime, causeSeq: bigint): void {
    const [before, state] = [this.#states.get(key) ?? "NONE", stateOf(standing, at)];
    this.#states.set(key, state);
    for (const kind of kindsOf(before, state)) {
      this.#ordinal += 1;
      const { name, holder } = standing;
      this.#transitions.push({ kind, at, name, holder, causeSeq, afterSeq: this.#seq, ordinal: this.#ordinal });
    }
    this.#schedule(key, standing, at);
  }

  #schedule(key: string, standing: Standing, t: UnixTime): void {
    this.#touched.add(key);
    this.#agenda.set(key, nextOf(standing, t));
  }
}

/** What a change of state is called: a grant without retention ends with its active time, and says both. */
function kindsOf(before: GrantState, state: GrantState): TransitionKind[] {
  if (before === state) return [];
  if (state === "ACTIVE") return ["BECAME_ACTIVE"];
  if (state === "RETAINED") return ["ENDED_ACTIVE"];
  if (state !== "ENDED") return [];
  return before === "ACTIVE" ? ["ENDED_ACTIVE", "ENDED"] : ["ENDED"];
}
