import type { Address, Bytes32 } from "../grants/bytes.ts";
import type { UnixTime } from "../grants/record.ts";
import { FLAG_GRANTED_ONWARD, FLAG_HELD, RECORD_FIELDS } from "../grants/record.ts";
import { type Change, latin1 } from "./changes.ts";
import type { CopyBuffer } from "./copy.ts";
import type { GrantEvent } from "./decodeGrant.ts";
import type { DerivedTable } from "./derived.ts";
import { RECORD_COLUMNS, writeRecord } from "./recordColumns.ts";

/** What `access_grant` holds that only some events say: the newest word on each within a batch. */
interface GrantKept {
  readonly terms: { readonly legalBasis: number; readonly context: Bytes32 } | undefined;
  readonly origin: { readonly grantor: Address; readonly parentGrantedAt: UnixTime } | undefined;
  readonly holdUntil: UnixTime | undefined;
}

const BEGINS = new Set<GrantEvent["kind"]>(["GRANTED", "GRANTED_ONWARD", "SIGNATURES_CANCELLED"]);
const NO_CONTEXT = new Uint8Array(32);
const FIRST_TERMS = { legalBasis: 0, context: NO_CONTEXT };

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
  keyOf: ({ credential, grantee, purpose }) => `${latin1(credential)}${latin1(grantee)}${purpose}`,
  leading: ({ credential }) => credential,
  sequenceOf: ({ record }) => {
    const [at] = RECORD_FIELDS.sequence;
    return ((record[at] as number) << 8) | (record[at + 1] as number);
  },
  canBegin: ({ kind }) => BEGINS.has(kind),
  keep: (before, { legalBasis, context, onward, hold }) => ({
    terms: legalBasis === undefined || context === undefined ? before?.terms : { legalBasis, context },
    origin:
      onward?.parentGrantedAt === undefined
        ? before?.origin
        : { grantor: onward.grantor, parentGrantedAt: onward.parentGrantedAt },
    holdUntil: hold === undefined ? before?.holdUntil : hold.holdUntil,
  }),
  write: writeGrant,
};

function writeGrant(copy: CopyBuffer, chainId: bigint, change: Change<GrantEvent, GrantKept>): void {
  const { newest, kept, firstSequence } = change;
  copy.bytea(newest.credential);
  copy.bytea(newest.grantee);
  copy.int4(newest.purpose);
  copy.int8(chainId);
  copy.bytea(change.contract);
  copy.bytea(newest.holder);
  copy.bytea(newest.issuer);
  copy.bytea(newest.seal);
  writeRecord(copy, newest.record, 4);
  copy.int8(change.seq);
  copy.int8(change.blockNumber);
  copy.int8(change.blockTime);
  if (newest.reason === undefined) copy.null();
  else copy.int2(newest.reason);

  const begins = firstSequence === 1;
  const flags = flagsOf(newest);
  const terms = kept.terms ?? (begins ? FIRST_TERMS : undefined);
  if (terms === undefined) copy.nulls(2);
  else {
    copy.int2(terms.legalBasis);
    copy.bytea(terms.context);
  }
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

export const flagsOf = ({ record }: Pick<GrantEvent, "record">): number => record[RECORD_FIELDS.flags[0]] as number;
