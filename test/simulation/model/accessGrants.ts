import {
  bearingsOf,
  type Contracts,
  credentialOf,
  type GrantName,
  grantAt,
  grantIdOf,
  type HeldGrant,
  periodOf,
} from "./ledgerState.ts";
import {
  accessEnd,
  activeEnd,
  GRANTED_ONWARD,
  type Grant,
  HELD,
  MAY_GRANT_ONWARD,
  NEVER,
  RELEASED,
  type State,
  stateAt,
  wordOf,
} from "./record.ts";
import type { SaidEvent } from "./said.ts";

/** AccessGrants as a pure model (contracts/AccessGrants.sol): what an act says, or nothing where the contract reverts. */

const LAST = 0xffffn;

export interface Terms {
  readonly legalBasis: number;
  /** Times in unix seconds, 0 for none. */
  readonly notBefore: bigint;
  readonly expiresAt: bigint;
  readonly lockedUntil: bigint;
  readonly retention: bigint;
  readonly allowOnward: boolean;
  readonly context: string;
}

/** A grant looked up for an act in a block of this time. */
class Subject {
  readonly credential: string;
  readonly id: string;
  readonly held: HeldGrant;
  readonly state: State;
  readonly #contracts: Contracts;
  readonly now: bigint;

  constructor(contracts: Contracts, name: GrantName, now: bigint) {
    this.#contracts = contracts;
    this.now = now;
    this.credential = credentialOf(name);
    this.id = grantIdOf(this.credential, name.grantee, name.purpose);
    this.held = grantAt(contracts, this.id, name);
    this.state = stateAt(this.held.record, this.bearings, now);
  }

  get bearings() {
    return bearingsOf(this.#contracts, this.held);
  }

  get live(): boolean {
    return this.state === "PENDING" || this.state === "ACTIVE";
  }

  /** The number of a change that must not fail for want of numbers. */
  get next(): bigint {
    const { sequence } = this.held.record;
    return sequence === LAST ? LAST : sequence + 1n;
  }

  /** Writes the grant and says so. */
  say(event: string, changes: Partial<HeldGrant> & { record: Grant }, values: Record<string, unknown>): SaidEvent[] {
    const { holder, issuer, seal, grantee, purpose } = this.held.name;
    this.#contracts.grants.set(this.id, { ...this.held, ...changes });
    const named = { credential: this.credential, holder, grantee, issuer, seal, purpose };
    return [{ contract: "AccessGrants", name: event, values: { ...named, record: wordOf(changes.record), ...values } }];
  }
}

export function grant(contracts: Contracts, name: GrantName, terms: Terms, now: bigint): SaidEvent[] {
  if (name.grantee === name.holder) return [];
  const subject = new Subject(contracts, name, now);
  const record = granted(contracts, subject, terms, terms.allowOnward ? MAY_GRANT_ONWARD : 0n);
  if (record === undefined) return [];
  const { legalBasis, context } = terms;
  return subject.say("Granted", { record }, { legalBasis, context });
}

export function grantOnward(
  contracts: Contracts,
  name: GrantName,
  grantor: string,
  terms: Terms,
  now: bigint,
): SaidEvent[] {
  if (name.grantee === name.holder || name.grantee === grantor || terms.allowOnward) return [];
  const above = new Subject(contracts, { ...name, grantee: grantor }, now);
  const parent = above.held.record;
  if ((parent.flags & MAY_GRANT_ONWARD) === 0n || above.state !== "ACTIVE" || parent.grantedAt >= now) return [];
  if (parent.expiresAt !== 0n && (terms.expiresAt === 0n || terms.expiresAt > parent.expiresAt)) return [];
  const subject = new Subject(contracts, name, now);
  const period = periodOf(above.id, parent.grantedAt);
  if (!mayRely(subject, above, contracts.periods.get(period)?.relying)) return [];
  const carried = subject.live ? subject.held.record.lockedUntil : 0n;
  const lock = carried > parent.lockedUntil ? carried : parent.lockedUntil;
  if (terms.lockedUntil > lock || terms.retention > parent.retention) return [];
  const record = granted(contracts, subject, terms, GRANTED_ONWARD);
  if (record === undefined) return [];
  contracts.periods.set(period, { relying: name.grantee, activeEnd: undefined });
  const { legalBasis, context } = terms;
  return subject.say(
    "GrantedOnward",
    { record, parent: { id: above.id, grantedAt: parent.grantedAt } },
    { legalBasis, context, grantor, parentGrantedAt: parent.grantedAt },
  );
}

/** One institution in each period of the grant `above`, which goes on only with what no act ended. */
function mayRely({ held, live }: Subject, above: Subject, relying: string | undefined): boolean {
  const { record, parent, name } = held;
  if (record.sequence >= LAST / 2n) return false;
  const own = isGrantedUnder(held, above.id) && parent?.grantedAt === above.held.record.grantedAt;
  if (relying === undefined) return own || !live;
  const endedByAct = record.revokedAt !== 0n || (record.flags & RELEASED) !== 0n;
  return relying === name.grantee && own && !endedByAct;
}

const isGrantedUnder = ({ record, parent }: HeldGrant, id: string): boolean =>
  (record.flags & GRANTED_ONWARD) !== 0n && parent?.id === id;

/** The record after a grant, by the holder or onward. */
function granted(contracts: Contracts, subject: Subject, terms: Terms, flags: bigint): Grant | undefined {
  const { held, now, state } = subject;
  const { record: current } = held;
  const start = terms.notBefore < now ? now : terms.notBefore;
  if (terms.expiresAt !== 0n && terms.expiresAt <= start) return undefined;
  if (current.sequence >= LAST - 1n) return undefined;
  const sequence = current.sequence + 1n;
  if (subject.live) return extended(current, terms, { start, sequence, flags, now });
  let { lockedUntil } = terms;
  let kept = flags;
  if (state === "RETAINED") {
    if (start > now) return undefined;
    const { parentEnd, holdUntil } = subject.bearings;
    const agreed = accessEnd(current, { parentEnd, holdUntil: 0n });
    if (agreed > now && lockedUntil < agreed) lockedUntil = agreed;
    if (holdUntil > now) kept |= HELD;
  }
  const period = contracts.periods.get(periodOf(subject.id, current.grantedAt));
  if (period !== undefined && (current.flags & MAY_GRANT_ONWARD) !== 0n)
    contracts.periods.set(periodOf(subject.id, current.grantedAt), { ...period, activeEnd: activeEnd(current, NEVER) });
  const { expiresAt, retention } = terms;
  return { grantedAt: now, notBefore: start, expiresAt, lockedUntil, revokedAt: 0n, retention, sequence, flags: kept };
}

interface Extension {
  readonly start: bigint;
  readonly sequence: bigint;
  readonly flags: bigint;
  readonly now: bigint;
}

/** The record of a grant that has not ended, on terms at least as long. */
function extended(current: Grant, terms: Terms, { start, sequence, flags, now }: Extension): Grant | undefined {
  if (start > current.notBefore && start > now) return undefined;
  const { expiresAt, lockedUntil, retention } = terms;
  if (expiresAt !== 0n && (current.expiresAt === 0n || expiresAt < current.expiresAt)) return undefined;
  if (lockedUntil < current.lockedUntil || retention < current.retention) return undefined;
  if ((current.flags & MAY_GRANT_ONWARD & ~flags) !== 0n) return undefined;
  const notBefore = start > current.notBefore ? current.notBefore : start;
  const after = { ...current, notBefore, expiresAt, lockedUntil, retention, revokedAt: 0n };
  const next = { ...after, sequence, flags: flags | (current.flags & HELD) };
  return wordOf({ ...next, sequence: current.sequence }) === wordOf(current) ? undefined : next;
}

/** The record after an end by the holder or the grantor. */
function ended(subject: Subject): Grant | undefined {
  const { record } = subject.held;
  if (record.grantedAt === 0n || activeEnd(record, subject.bearings.parentEnd) <= subject.now) return undefined;
  return { ...record, revokedAt: subject.now, sequence: subject.next };
}

export function revoke(contracts: Contracts, name: GrantName, reason: number, now: bigint): SaidEvent[] {
  const subject = new Subject(contracts, name, now);
  const record = ended(subject);
  return record === undefined ? [] : subject.say("Revoked", { record }, { reason });
}

export function revokeOnward(
  contracts: Contracts,
  name: GrantName,
  grantor: string,
  reason: number,
  now: bigint,
): SaidEvent[] {
  const subject = new Subject(contracts, name, now);
  if (!isGrantedUnder(subject.held, grantIdOf(subject.credential, grantor, name.purpose))) return [];
  const record = ended(subject);
  return record === undefined ? [] : subject.say("RevokedOnward", { record }, { reason, grantor });
}

export function release(contracts: Contracts, name: GrantName, reason: number, now: bigint): SaidEvent[] {
  const subject = new Subject(contracts, name, now);
  const { record } = subject.held;
  const { bearings } = subject;
  if (record.grantedAt === 0n || accessEnd(record, bearings) <= now || bearings.holdUntil > now) return [];
  const revokedAt = now < activeEnd(record, bearings.parentEnd) ? now : record.revokedAt;
  const freed = { ...record, lockedUntil: 0n, retention: 0n, revokedAt, sequence: subject.next };
  return subject.say("Released", { record: { ...freed, flags: record.flags | RELEASED } }, { reason });
}

export function cancelSignatures(contracts: Contracts, name: GrantName, now: bigint): SaidEvent[] {
  const subject = new Subject(contracts, name, now);
  const { record } = subject.held;
  if (record.sequence >= LAST - 1n) return [];
  return subject.say("SignaturesCancelled", { record: { ...record, sequence: record.sequence + 1n } }, {});
}

/** A legal hold's words. */
export interface Hold {
  readonly authority: string;
  readonly until: bigint;
  readonly orderRef: string;
}

const standing = ({ holds }: HeldGrant, now: bigint): Map<string, bigint> =>
  new Map([...holds].filter(([, until]) => until > now));
const latest = (holds: ReadonlyMap<string, bigint>): bigint =>
  [...holds.values()].reduce((a, b) => (a > b ? a : b), 0n);

export function hold(
  contracts: Contracts,
  name: GrantName,
  { authority, until, orderRef }: Hold,
  now: bigint,
): SaidEvent[] {
  const entity = contracts.entities.get(authority);
  if (entity?.status !== "ACTIVE" || (entity.kinds & 4) === 0) return [];
  const subject = new Subject(contracts, name, now);
  if ((subject.state !== "ACTIVE" && subject.state !== "RETAINED") || until <= now) return [];
  const holds = standing(subject.held, now);
  if (until === holds.get(authority)) return [];
  holds.set(authority, until);
  const { record } = subject.held;
  const held = { ...record, flags: record.flags | HELD, sequence: subject.next };
  return subject.say("Held", { record: held, holds }, { authority, until, orderRef, holdUntil: latest(holds) });
}

export function liftHold(contracts: Contracts, name: GrantName, by: Omit<Hold, "until">, now: bigint): SaidEvent[] {
  const subject = new Subject(contracts, name, now);
  const holds = standing(subject.held, now);
  if (!holds.delete(by.authority)) return [];
  const { record } = subject.held;
  const flags = holds.size === 0 ? record.flags & ~HELD : record.flags;
  const lifted = { ...record, flags, sequence: subject.next };
  return subject.say("HoldLifted", { record: lifted, holds }, { ...by, holdUntil: latest(holds) });
}
