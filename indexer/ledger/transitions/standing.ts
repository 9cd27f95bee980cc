import type { GrantRecord, UnixTime } from "../../grants/record.ts";
import { type Bearings, type GrantState, NEVER, nextChange, stateAt } from "../../grants/rule.ts";

/** Where a grant stands after its newest event, and what of that time will change. Pure. */

export interface GrantName {
  readonly credential: Uint8Array;
  readonly grantee: Uint8Array;
  readonly purpose: number;
  readonly contract: Uint8Array;
}

/** The period of the grantor's own grant that a grant was made onward under. */
export interface Origin {
  readonly grantor: Uint8Array;
  readonly parentGrantedAt: UnixTime;
}

export interface Standing {
  readonly name: GrantName;
  readonly holder: Uint8Array;
  readonly record: GrantRecord;
  /** Latest of the legal holds, 0 if there is none. */
  readonly holdUntil: UnixTime;
  readonly origin: Origin | undefined;
  /** When the parent's period ends; {@link NEVER} without one. */
  readonly parentEnd: UnixTime;
  /** `event.seq` of its newest event. */
  readonly seq: bigint;
}

/** A grant's name as a key; in this order grants come that change in the same second. */
export const keyOf = ({ credential, grantee, purpose, contract }: GrantName): string =>
  `${hex(credential)}${hex(grantee)}${purpose.toString(16).padStart(4, "0")}${hex(contract)}`;

const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");

const bearingsOf = ({ parentEnd, holdUntil }: Standing): Bearings => ({ parentEnd, holdUntil });

export const stateOf = (standing: Standing, t: UnixTime): GrantState =>
  stateAt(standing.record, t, bearingsOf(standing));

/** The next moment after `t` at which its state changes if nothing is said any more; undefined if it does not. */
export function nextOf(standing: Standing, t: UnixTime): UnixTime | undefined {
  const next = nextChange(standing.record, t, bearingsOf(standing));
  return next === NEVER ? undefined : next;
}
