import { type Address, type Bytes32, sameBytes } from "./bytes.ts";
import type { CredentialRecord } from "./credentialRecord.ts";
import { type CredentialStatus, statusAt } from "./credentialStatus.ts";
import { FLAG_GRANTED_ONWARD, FLAG_HELD, type GrantRecord, type UnixTime } from "./record.ts";
import { accessEnd, activeEnd, type Bearings, NEVER, stateAt } from "./rule.ts";

/**
 * When a grant let its grantee read what, from its changes, those of the grant it was granted onward under, and what the
 * registries said. The rule of time at every moment at once: between two neighbouring moments that are looked at nothing
 * changes, so each stands for all after it. Pure.
 */

/** A change of a grant. What an event does not say stays as it was. */
export interface GrantChange {
  readonly time: UnixTime;
  readonly record: GrantRecord;
  /** Of an event that grants. */
  readonly terms: { readonly legalBasis: number; readonly context: Bytes32 } | undefined;
  /** Of an event that grants onward. */
  readonly origin: Origin | undefined;
  /** Of an event about legal holds. */
  readonly holdUntil: UnixTime | undefined;
}

/** Under whose grant, and in which period of it. */
export interface Origin {
  readonly grantor: Address;
  readonly grantedAt: UnixTime;
}

/** What a registry says of the credential; of a chain that is no longer followed only what nothing undoes counts. */
export interface CredentialWord {
  readonly record: CredentialRecord;
  readonly lastingOnly: boolean;
}

/** A change of what one registry says of the issuer. */
export interface IssuerChange {
  readonly time: UnixTime;
  readonly isIssuer: boolean;
  readonly isActive: boolean;
}

/** What takes away reading for a purpose. */
export interface StandingWords {
  readonly credentials: readonly CredentialWord[];
  /** Of each registry, in the order of the chain. */
  readonly issuers: readonly (readonly IssuerChange[])[];
}

export interface AccessPeriod {
  /** `PURPOSE` includes keeping records. */
  readonly access: "PURPOSE" | "RECORD_KEEPING";
  readonly from: UnixTime;
  /** Exclusive; {@link NEVER} while no end is set. */
  readonly until: UnixTime;
  /** When the period of the grant began that it belongs to. */
  readonly grantedAt: UnixTime;
  readonly legalBasis: number;
  readonly context: Bytes32;
  readonly grantor: Address | undefined;
}

export interface GrantHistory {
  /** In the order of the chain, at least one. */
  readonly changes: readonly GrantChange[];
  /** The grantor's own grant in that period, in the order of the chain. */
  readonly parentOf: (origin: Origin) => readonly Pick<GrantChange, "time" | "record">[];
  readonly standing: StandingWords;
}

/** What holds of a grant from one of its changes on. */
interface Facts {
  readonly record: GrantRecord;
  readonly terms: NonNullable<GrantChange["terms"]>;
  readonly origin: Origin | undefined;
  readonly holdUntil: UnixTime;
}

const NO_TERMS = { legalBasis: 0, context: new Uint8Array(32) as Bytes32 };
const LASTING: ReadonlySet<CredentialStatus> = new Set(["REVOKED", "WITHDRAWN", "SUPERSEDED", "EXPIRED"]);
const HARMLESS: ReadonlySet<CredentialStatus> = new Set(["NOT_ANCHORED", "VALID"]);

/** All periods, in the order of time, each as long as nothing in it changes. */
export function accessPeriods({ changes, parentOf, standing }: GrantHistory): AccessPeriod[] {
  const periods: AccessPeriod[] = [];
  const origins = changes.flatMap(({ origin }) => (origin === undefined ? [] : [origin]));
  const times = ascending([
    ...changes.map(({ time }) => time),
    ...origins.flatMap((origin) => parentOf(origin).map(({ time }) => time)),
    ...timesOf(standing),
  ]);
  let facts: Facts | undefined;
  let next = 0;
  for (const [i, time] of times.entries()) {
    for (let change = changes[next]; change !== undefined && change.time <= time; change = changes[++next])
      facts = follow(facts, change);
    if (facts === undefined) continue;
    const { record, terms, origin } = facts;
    const bearings = bearingsOf(facts, time, parentOf);
    const until = times[i + 1] ?? NEVER;
    const turns = [record.notBefore, activeEnd(record, bearings), accessEnd(record, bearings)];
    const starts = ascending([time, ...turns.filter((turn) => turn > time && turn < until)]);
    for (const [j, from] of starts.entries()) {
      const access = accessAt(record, from, bearings, standing);
      if (access === undefined) continue;
      const grantor = (record.flags & FLAG_GRANTED_ONWARD) === 0 ? undefined : origin?.grantor;
      add(periods, { access, from, until: starts[j + 1] ?? until, grantedAt: record.grantedAt, ...terms, grantor });
    }
  }
  return periods;
}

const follow = (before: Facts | undefined, { record, terms, origin, holdUntil }: GrantChange): Facts => ({
  record,
  terms: terms ?? before?.terms ?? NO_TERMS,
  origin: origin ?? before?.origin,
  holdUntil: holdUntil ?? before?.holdUntil ?? 0n,
});

function bearingsOf(
  { record, origin, holdUntil }: Facts,
  time: UnixTime,
  parentOf: GrantHistory["parentOf"],
): Bearings {
  const onward = (record.flags & FLAG_GRANTED_ONWARD) !== 0;
  const parent =
    onward && origin !== undefined ? parentOf(origin).findLast((change) => change.time <= time) : undefined;
  return {
    parentEnd: parent === undefined ? NEVER : activeEnd(parent.record),
    holdUntil: (record.flags & FLAG_HELD) === 0 ? 0n : holdUntil,
  };
}

function accessAt(
  record: GrantRecord,
  t: UnixTime,
  bearings: Bearings,
  standing: StandingWords,
): AccessPeriod["access"] | undefined {
  switch (stateAt(record, t, bearings)) {
    case "ACTIVE":
      // Whoever relied on a credential must be able to keep and show it, whatever became of it since.
      return isTakenAway(standing, t) ? "RECORD_KEEPING" : "PURPOSE";
    case "RETAINED":
      return "RECORD_KEEPING";
    default:
      return undefined;
  }
}

function isTakenAway({ credentials, issuers }: StandingWords, t: UnixTime): boolean {
  for (const { record, lastingOnly } of credentials) {
    const status = statusAt(record, t);
    if (!HARMLESS.has(status) && (!lastingOnly || LASTING.has(status))) return true;
  }
  return issuers.some((changes) => {
    const last = changes.findLast(({ time }) => time <= t);
    return last?.isIssuer === true && !last.isActive;
  });
}

/** Every moment at which standing can change. */
const timesOf = ({ credentials, issuers }: StandingWords): UnixTime[] => [
  ...credentials.flatMap(({ record }) => [
    ...[record.anchoredAt, record.validFrom, record.validUntil],
    ...[record.revokedAt, record.withdrawnAt, record.supersededAt],
  ]),
  ...issuers.flatMap((changes) => changes.map(({ time }) => time)),
];

/** What goes on unchanged is one period. */
function add(periods: AccessPeriod[], period: AccessPeriod): void {
  const last = periods.at(-1);
  if (last === undefined || last.until !== period.from || !isSame(last, period)) periods.push(period);
  else periods[periods.length - 1] = { ...last, until: period.until };
}

const isSame = (a: AccessPeriod, b: AccessPeriod): boolean =>
  a.access === b.access &&
  a.grantedAt === b.grantedAt &&
  a.legalBasis === b.legalBasis &&
  sameBytes(a.context, b.context) &&
  (a.grantor === undefined ? b.grantor === undefined : b.grantor !== undefined && sameBytes(a.grantor, b.grantor));

const ascending = (times: readonly UnixTime[]): UnixTime[] =>
  [...new Set(times)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
