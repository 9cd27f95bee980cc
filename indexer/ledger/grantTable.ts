import type { Address } from "../grants/bytes.ts";
import type { UnixTime } from "../grants/record.ts";
import { FLAG_GRANTED_ONWARD, FLAG_HELD, RECORD_FIELDS } from "../grants/record.ts";
import { type Change, SMALL_INTEGER } from "./changes.ts";
import type { CopyBuffer } from "./copy.ts";
import { type GrantEvent, numberAt } from "./decodeGrant.ts";
import type { DerivedTable } from "./derived.ts";
import { RECORD_COLUMNS, writeRecord } from "./recordColumns.ts";

/** What `access_grant` holds that only some events say: the newest word on each within a batch. */
interface GrantKept {
  /** The event that says basis and context. */
  readonly terms: GrantEvent | undefined;
  readonly origin: { readonly grantor: Address; readonly parentGrantedAt: UnixTime } | undefined;
  readonly holdUntil: UnixTime | undefined;
}

const BEGINS = new Set<GrantEvent["kind"]>(["GRANTED", "GRANTED_ONWARD", "SIGNATURES_CANCELLED"]);
/** Odd, with bits all over: purposes are small numbers. */
const SPREAD = 0x9e37_79b1;
const NO_CONTEXT = new Uint8Array(32);

const onward = (flags: string): string => `(${flags} & ${FLAG_GRANTED_ONWARD}) <> 0`;

export const GRANT_TABLE: DerivedTable<GrantEvent, GrantKept> = {
  name: "a grant",
  table: "access_grant",
  key: ["credential", "grantee", "purpose", "chain_id", "contract"],
  columns: [
    ...["holder", "issuer", "seal"],
    ...RECORD_COLUMNS,
    ...["seq", "block_number", "block_time", "reason"],
    ...["legal_basis", "context", "hold_until", "grantor", "parent_granted_at", "parent_end"],
  ],
  carried: {
    legal_basis: "COALESCE(c.legal_basis, t.legal_basis)",
    context: "COALESCE(c.context, t.context)",
    hold_until: `CASE WHEN (c.flags & ${FLAG_HELD}) <> 0 THEN COALESCE(c.hold_until, t.hold_until) ELSE 0 END`,
    grantor: `CASE WHEN ${onward("c.flags")} THEN COALESCE(c.grantor, t.grantor) END`,
    parent_granted_at: `CASE WHEN ${onward("c.flags")} THEN COALESCE(c.parent_granted_at, t.parent_granted_at) END`,
    // Follows from the parent's events as well: see parents.ts.
    parent_end: `CASE WHEN ${onward("c.flags")} THEN t.parent_end END`,
  },
  lastSequence: 0xffff,
  hashOf: (event) => {
    const { bytes } = event;
    return (
      (numberAt(bytes, event.credentialAt, 4) ^
        numberAt(bytes, event.granteeAt + 16, 4) ^
        Math.imul(event.purpose, SPREAD)) &
      SMALL_INTEGER
    );
  },
  isSame: (a, b) =>
    sameAt(a.bytes, a.credentialAt, b.bytes, b.credentialAt, 32) &&
    sameAt(a.bytes, a.granteeAt, b.bytes, b.granteeAt, 20) &&
    a.purpose === b.purpose,
  leading: ({ bytes, credentialAt }) => numberAt(bytes, credentialAt, 4),
  sequenceOf: ({ bytes, recordAt }) => numberAt(bytes, recordAt + RECORD_FIELDS.sequence[0], 2),
  canBegin: ({ kind }) => BEGINS.has(kind),
  keep: (before, event) => {
    const { onward, hold } = event;
    return {
      terms: event.contextAt === undefined ? before?.terms : event,
      origin:
        onward?.parentGrantedAt === undefined
          ? before?.origin
          : { grantor: onward.grantor, parentGrantedAt: onward.parentGrantedAt },
      holdUntil: hold === undefined ? before?.holdUntil : hold.holdUntil,
    };
  },
  write: writeGrant,
};

function sameAt(a: Uint8Array, atA: number, b: Uint8Array, atB: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[atA + i] !== b[atB + i]) return false;
  return true;
}

function writeGrant(copy: CopyBuffer, chainId: bigint, change: Change<GrantEvent, GrantKept>): void {
  const { newest, kept, firstSequence } = change;
  const { bytes } = newest;
  copy.slice(bytes, newest.credentialAt, 32);
  copy.slice(bytes, newest.granteeAt, 20);
  copy.int4(newest.purpose);
  copy.int8(chainId);
  copy.bytea(change.contract);
  copy.slice(bytes, newest.holderAt, 20);
  copy.slice(bytes, newest.issuerAt, 20);
  copy.slice(bytes, newest.sealAt, 32);
  writeRecord(copy, bytes, newest.recordAt, 4);
  copy.int8(change.seq);
  copy.int8(change.blockNumber);
  copy.int8(change.blockTime);
  const { reason } = newest;
  if (reason === undefined) copy.null();
  else copy.int2(reason);

  const begins = firstSequence === 1;
  const flags = flagsOf(newest);
  const { terms } = kept;
  if (terms?.contextAt !== undefined && terms.legalBasis !== undefined) {
    copy.int2(terms.legalBasis);
    copy.slice(terms.bytes, terms.contextAt, 32);
  } else if (begins) {
    copy.int2(0);
    copy.bytea(NO_CONTEXT);
  } else copy.nulls(2);
  if ((flags & FLAG_HELD) === 0) copy.int8(0n);
  else if (kept.holdUntil !== undefined) copy.int8(kept.holdUntil);
  else if (begins) copy.int8(0n);
  else copy.null();
  if ((flags & FLAG_GRANTED_ONWARD) === 0 || kept.origin === undefined) copy.nulls(2);
  else {
    copy.bytea(kept.origin.grantor);
    copy.int8(kept.origin.parentGrantedAt);
  }
  copy.null();
}

export const flagsOf = ({ bytes, recordAt }: GrantEvent): number => bytes[recordAt + RECORD_FIELDS.flags[0]] as number;
