import type { Address } from "./bytes.ts";
import { checksum } from "./caip.ts";
import { purposeWords } from "./codes.ts";
import type { Purpose } from "./ids.ts";
import { FLAG_RELEASED, type GrantRecord, type Seconds, type UnixTime } from "./record.ts";
import { accessEnd, activeEnd, type Bearings, NEVER, NO_BEARINGS, stateAt } from "./rule.ts";

/** Answers in plain words. Pure and total: every record and every time has a sentence. */

/** What a grant is asked about. */
export interface Reading extends Bearings {
  readonly grantee: Address;
  readonly purpose: Purpose;
  readonly use: "PURPOSE" | "RECORD_KEEPING";
  readonly record: GrantRecord;
  /** Who granted it onward; undefined when the holder granted it. */
  readonly grantor: Address | undefined;
  readonly at: UnixTime;
}

const MINUTE = 60n;
const HOUR = 3_600n;
const DAY = 86_400n;
/** The last second that a JavaScript date can hold, in the year 275760. */
const MAX_DATE = 8_640_000_000_000n;

/** `0x7099…79C8`: enough to tell the parties of a sentence apart; the whole address stands beside it in the answer. */
export function shortAddress(address: Address): string {
  const text = checksum(address);
  return `${text.slice(0, 6)}…${text.slice(-4)}`;
}

/** `2031-03-04`, in UTC. Years after 9999 have six digits and a sign (ISO 8601). */
export function isoDate(t: UnixTime): string {
  const text = isoTime(t);
  return text.includes("T") ? text.slice(0, text.indexOf("T")) : text;
}

/** `2031-03-04T12:00:00Z`. */
export function isoTime(t: UnixTime): string {
  if (t > MAX_DATE || t < -MAX_DATE) return `second ${t}`;
  return new Date(Number(t) * 1000).toISOString().replace(".000Z", "Z");
}

/** A moment as seen from another: the date, and with the time of day where both are within two days. */
export function when(t: UnixTime, from: UnixTime): string {
  const distance = t > from ? t - from : from - t;
  return distance < 2n * DAY ? isoTime(t) : isoDate(t);
}

const many = (count: bigint, unit: string): string => `${count} ${unit}${count === 1n ? "" : "s"}`;

/** Seconds of an average month of the Gregorian calendar, as libraries for dates count it. */
const AVERAGE_MONTH = 2_629_746n;
/** Seconds of 365.25 days. */
const JULIAN_YEAR = 31_557_600n;

/**
 * A length of time as agreements put it: `5 years` whether somebody counted leap days or not, `6 months`, `90 days`.
 * What is no whole number of a unit is said in the two largest.
 */
export function durationWords(seconds: Seconds): string {
  if (seconds >= JULIAN_YEAR && seconds % JULIAN_YEAR === 0n) return many(seconds / JULIAN_YEAR, "year");
  if (seconds >= AVERAGE_MONTH && seconds % AVERAGE_MONTH === 0n) {
    const months = seconds / AVERAGE_MONTH;
    return months % 12n === 0n ? many(months / 12n, "year") : many(months, "month");
  }
  const days = seconds / DAY;
  const years = days / 365n;
  // n years contain n/4 leap days, or one more, depending on where they begin.
  const leapDays = days - years * 365n;
  if (seconds % DAY === 0n && years > 0n && leapDays <= (years + 3n) / 4n) return many(years, "year");
  if (years > 0n) return pair(many(years, "year"), leapDays, "day");
  if (days > 0n) return pair(many(days, "day"), (seconds % DAY) / HOUR, "hour");
  if (seconds >= HOUR) return pair(many(seconds / HOUR, "hour"), (seconds % HOUR) / MINUTE, "minute");
  if (seconds >= MINUTE) return pair(many(seconds / MINUTE, "minute"), seconds % MINUTE, "second");
  return many(seconds, "second");
}

const pair = (large: string, count: bigint, unit: string): string =>
  count > 0n ? `${large} and ${many(count, unit)}` : large;

/** What ended a grant: its agreed end, an act, or the end of the grant under which it was granted onward. */
export function endOf(
  record: GrantRecord,
  bearings: Pick<Bearings, "parentEnd"> = NO_BEARINGS,
): "EXPIRED" | "REVOKED" | "RELEASED" | "REVOKED_BEFORE_START" | "PARENT_ENDED" {
  if ((record.flags & FLAG_RELEASED) !== 0) return "RELEASED";
  const end = activeEnd(record, bearings);
  if (record.revokedAt !== 0n && end === record.revokedAt)
    return record.revokedAt < record.notBefore ? "REVOKED_BEFORE_START" : "REVOKED";
  return end === activeEnd(record) ? "EXPIRED" : "PARENT_ENDED";
}

/** One sentence: who may read or not, until when, why. */
export function explainGrant(reading: Reading): string {
  const { record, at, use } = reading;
  const who = shortAddress(reading.grantee);
  const purpose = use === "PURPOSE" ? purposeWords(reading.purpose) : "record keeping";
  const end = activeEnd(record, reading);
  const kept = accessEnd(record, reading);
  switch (stateAt(record, at, reading)) {
    case "NONE":
      return `${who} may not read this for ${purpose}, because it was never granted`;
    case "PENDING":
      return end <= record.notBefore
        ? `${who} may not read this: the grant ends on ${when(end, at)}, before it begins`
        : `${who} may not read this yet: the grant begins on ${when(record.notBefore, at)}`;
    case "ACTIVE":
      return `${who} may read this for ${purpose}${untilWords(use === "PURPOSE" ? end : kept, at)}, because ${grantedWords(reading)}${activeTerms(reading)}`;
    case "RETAINED":
      return use === "RECORD_KEEPING"
        ? `${who} may read this for record keeping until ${when(kept, at)}, because ${endedWords(reading)} and ${keptWords(reading)}`
        : `${who} may no longer read this for ${purpose}, only for record keeping until ${when(kept, at)}, because ${endedWords(reading)} and ${keptWords(reading)}`;
    case "ENDED":
      return `${who} may not read this any more, because ${endedWords(reading)}${overWords(reading)}`;
  }
}

/** The sentence where there is no grant to speak of. */
export function explainNoGrant(grantee: Address, purpose: Purpose | undefined): string {
  const forWhat = purpose === undefined ? "" : ` for ${purposeWords(purpose)}`;
  return `${shortAddress(grantee)} may not read this${forWhat}, because it was never granted`;
}

const untilWords = (t: UnixTime, at: UnixTime): string =>
  t === NEVER ? ", with no end agreed" : ` until ${when(t, at)}`;

const grantedWords = ({ grantor, record, at }: Reading): string =>
  grantor === undefined
    ? `the holder granted it on ${when(record.grantedAt, at)}`
    : `${shortAddress(grantor)} passed its access on to it on ${when(record.grantedAt, at)}`;

/** What an active grant says about record keeping. */
function activeTerms(reading: Reading): string {
  const { record, use, at } = reading;
  const end = activeEnd(record, reading);
  const kept = accessEnd(record, reading);
  if (end === NEVER)
    return record.retention === 0n ? "" : `; after its end records are kept for ${durationWords(record.retention)}`;
  if (use === "RECORD_KEEPING") return kept > end ? ` until ${when(end, at)} and ${keptWords(reading)}` : "";
  return kept > end ? `; records are kept until ${when(kept, at)}` : "";
}

function endedWords(reading: Reading): string {
  const { record, at, grantor } = reading;
  const end = when(activeEnd(record, reading), at);
  // What was granted onward can be ended by either, and the record does not say which.
  const who = grantor === undefined ? "the holder" : `the holder or ${shortAddress(grantor)}`;
  switch (endOf(record, reading)) {
    case "RELEASED":
      return record.revokedAt === 0n
        ? `the grant expired on ${end} and the grantee gave up what was left`
        : `the grantee gave it up on ${when(record.revokedAt, at)}`;
    case "REVOKED":
      return `${who} ended the grant on ${end}`;
    case "REVOKED_BEFORE_START":
      return `${who} ended the grant on ${end}, before it began`;
    case "PARENT_ENDED":
      return `the grant under which it was passed on ended on ${end}`;
    default:
      return `the grant expired on ${end}`;
  }
}

/** Which of the promises keeps the records: the retention, a fixed date when that is later, or a legal hold. */
function keptWords(reading: Reading): string {
  const { record, holdUntil, at } = reading;
  const retained = activeEnd(record, reading) + record.retention;
  if (holdUntil > retained && holdUntil > record.lockedUntil)
    return `a legal hold keeps the records until ${when(holdUntil, at)}`;
  return retained >= record.lockedUntil
    ? `retention is ${durationWords(record.retention)}`
    : `record keeping was agreed until ${when(record.lockedUntil, at)}`;
}

const overWords = (reading: Reading): string => {
  const kept = accessEnd(reading.record, reading);
  return kept > activeEnd(reading.record, reading) ? ` and record keeping ended on ${when(kept, reading.at)}` : "";
};
