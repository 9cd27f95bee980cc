import type { Bytes32, Seal } from "../../grants/bytes.ts";
import { type Address, type CredentialRef, toAddress, toBytes32, toCredentialRef, toSeal } from "../../grants/bytes.ts";
import type { Purpose } from "../../grants/ids.ts";
import { FLAG_GRANTED_ONWARD, FLAG_HELD, type GrantRecord, type UnixTime } from "../../grants/record.ts";
import { NEVER } from "../../grants/rule.ts";
import { GRANT_TABLE } from "../../ledger/grantTable.ts";
import { RECORD_COLUMNS, SQL_NEVER } from "../../ledger/recordColumns.ts";
import type { ObservedChain } from "../../ops/health.ts";
import { type Moment, pin } from "../moment.ts";
import type { Knowledge } from "./known.ts";
import type { Kinds } from "./packed.ts";

/** A grant as its newest event left it, from `access_grant` now or from `event` at an earlier time. */
export interface GrantFacts {
  readonly chainId: bigint;
  readonly contract: Address;
  readonly credential: CredentialRef;
  readonly grantee: Address;
  readonly purpose: Purpose;
  readonly holder: Address;
  readonly issuer: Address;
  readonly seal: Seal;
  readonly legalBasis: number;
  readonly context: Bytes32;
  readonly record: GrantRecord;
  /** Latest of the legal holds, 0 when none was placed in this period. */
  readonly holdUntil: UnixTime;
  /** Under which grant it was granted onward; undefined when the holder granted it. */
  readonly parent: Parent | undefined;
  /** When the parent stops being active; {@link NEVER} without one, or while it has no end. */
  readonly parentEnd: UnixTime;
  /** Of the newest event. */
  readonly seq: bigint;
  readonly blockNumber: bigint;
  readonly blockTime: UnixTime;
  readonly reason: number | null;
}

/** The grantor's own grant of the same credential and purpose, in the period in which it was passed on. */
export interface Parent {
  readonly grantor: Address;
  readonly grantedAt: UnixTime;
}

/** A grant, the chain it is on, and the moment it is looked at. */
export interface GrantAt {
  readonly grant: GrantFacts;
  readonly chain: ObservedChain;
  readonly at: UnixTime;
  /** Of the answer that it is part of. */
  readonly moment: Moment;
}

/** The moment of what is read after a thing was, to be shown within it. */
export const within = ({ moment, chain }: { readonly moment: Moment; readonly chain: ObservedChain }): Moment =>
  pin(moment, [chain]);

/** What a grant's row and an event have in common; the chain comes with the row it is joined to. */
const COLUMNS = [
  ...GRANT_TABLE.key.filter((column) => column !== "chain_id"),
  ...["holder", "issuer", "seal", ...RECORD_COLUMNS, "seq", "block_number", "block_time", "reason"],
];
/** What an event carries only if it is of a certain kind. */
const TERMS = ["legal_basis", "context", "hold_until", "grantor", "parent_granted_at", "parent_end"];

const of = (table: string, columns: readonly string[]): string => columns.map((name) => `${table}.${name}`).join(", ");

/** Columns of `access_grant g`, and of {@link grantsAsOf} as `g`. */
export const GRANT_COLUMNS = of("g", [...COLUMNS, ...TERMS]);

/** Whose they are, and what their ends follow from: for what sorts millions of them. */
const ENDING = [...GRANT_TABLE.key, "holder", ...RECORD_COLUMNS, "hold_until", "parent_end"];
export const ENDING_COLUMNS = of("g", ENDING);

/** Which columns are wanted of grants from the trail: all of them, or those that ends follow from. */
export type Wanted = "all" | "ending";
const WANTED: Readonly<Record<Wanted, readonly string[]>> = {
  all: [...new Set([...GRANT_TABLE.key, ...COLUMNS, ...TERMS])],
  ending: ENDING,
};
/** What of the trail's grants is not what their newest event says. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  legal_basis: "COALESCE(g.legal_basis, t.legal_basis) AS legal_basis",
  context: "COALESCE(g.context, t.context) AS context",
  hold_until: "h.hold_until",
  grantor: "o.grantor",
  parent_granted_at: "o.parent_granted_at",
  parent_end: "p.parent_end",
};
const hasTerms = (wanted: Wanted): boolean => WANTED[wanted].includes("context");

/** Columns of the newest events `g` that {@link grantsAsOf} is made of. */
export function newestColumns(wanted: Wanted): string {
  const said = WANTED[wanted].filter((name) => !(name in ELSEWHERE));
  return of("g", [...new Set([...said, "seq", "flags", ...(hasTerms(wanted) ? ["legal_basis", "context"] : [])])]);
}

/** What the states of a grant follow from, as arguments of `grant_state` but for the moment. */
export const STATE_COLUMNS = of("g", [
  ...["granted_at", "not_before", "expires_at", "locked_until", "revoked_at", "retention", "parent_end", "hold_until"],
]);

export const grantKey = (table: string): string => of(table, GRANT_TABLE.key);

/** The newest event of the same grant up to `g` that stands, of these kinds. */
const before = (kinds: string, columns: string, { live }: Knowledge): string => `
  SELECT ${columns} FROM event b
   WHERE (${grantKey("b")}) = (${grantKey("g")}) AND b.kind IN (${kinds}) AND b.seq <= g.seq AND ${live("b")}`;
const NEWEST_EVENT = "ORDER BY b.seq DESC LIMIT 1";

/** That an event happened by the moment; any did where there is none. */
export const happened = (event: string, at: string | undefined): string =>
  at === undefined ? "true" : `${event}.block_time <= ${at}`;

/**
 * Grants from the trail, with the columns of `access_grant`: basis and context stand in the event that granted (looked for
 * only where that is an earlier one), the holds in the newest event about them, and the end of the parent in the parent's own events.
 * @param newest SQL of a relation `g` of events that are each the newest of their grant; their chain is `c`, here or around.
 * @param at SQL of the moment up to which the parents' events count, if there is one.
 */
export const grantsAsOf = (
  newest: string,
  at: string | undefined,
  knowledge: Knowledge,
  wanted: Wanted = "all",
): string => `
  SELECT ${WANTED[wanted].map((name) => ELSEWHERE[name] ?? `g.${name}`).join(", ")}
    FROM ${newest}${
      hasTerms(wanted)
        ? `
    LEFT JOIN LATERAL (${before("'GRANTED', 'GRANTED_ONWARD'", "b.legal_basis, b.context", knowledge)}
      AND g.legal_basis IS NULL ${NEWEST_EVENT}) t ON true`
        : ""
    }
    LEFT JOIN LATERAL (${before("'HELD', 'HOLD_LIFTED'", "b.hold_until", knowledge)}
      AND g.flags & ${FLAG_HELD} <> 0 ${NEWEST_EVENT}) h ON true
    LEFT JOIN LATERAL (${before("'GRANTED_ONWARD'", "b.grantor, b.parent_granted_at", knowledge)}
      AND g.flags & ${FLAG_GRANTED_ONWARD} <> 0 ${NEWEST_EVENT}) o ON true
    LEFT JOIN LATERAL (
      SELECT grant_active_end(b.expires_at, b.revoked_at, NULL) AS parent_end FROM event b
       WHERE b.credential = g.credential AND b.grantee = o.grantor AND b.purpose = g.purpose
         AND b.chain_id = g.chain_id AND b.contract = g.contract AND b.granted_at = o.parent_granted_at
         AND ${knowledge.live("b")} AND ${happened("b", at)}
       ${NEWEST_EVENT}) p ON true`;

/** Of {@link GRANT_COLUMNS}, by the driver or packed. */
export interface GrantRow {
  contract: Buffer;
  credential: Buffer;
  grantee: Buffer;
  purpose: number;
  holder: Buffer;
  issuer: Buffer;
  seal: Buffer;
  legal_basis: number | null;
  context: Buffer | null;
  granted_at: bigint;
  not_before: bigint;
  expires_at: bigint;
  locked_until: bigint;
  revoked_at: bigint;
  retention: bigint;
  /** int8 in `event`, whose other contracts count further; int4 in `access_grant`. */
  sequence: number | bigint;
  flags: number;
  hold_until: bigint | null;
  grantor: Buffer | null;
  parent_granted_at: bigint | null;
  parent_end: bigint | null;
  seq: bigint;
  block_number: bigint;
  block_time: bigint;
  reason: number | null;
}

export const GRANT_KINDS: Kinds<GrantRow> = {
  ...{ contract: "bytes", credential: "bytes", grantee: "bytes", purpose: "int" },
  ...{ holder: "bytes", issuer: "bytes", seal: "bytes", legal_basis: "int", context: "bytes" },
  ...{ granted_at: "bigint", not_before: "bigint", expires_at: "bigint", locked_until: "bigint" },
  ...{ revoked_at: "bigint", retention: "bigint", sequence: "int", flags: "int", hold_until: "bigint" },
  ...{ grantor: "bytes", parent_granted_at: "bigint", parent_end: "bigint" },
  ...{ seq: "bigint", block_number: "bigint", block_time: "bigint", reason: "int" },
};

const NO_CONTEXT = new Uint8Array(32);

/** A grant out of its row, each fact when it is looked at: of a packed row most never are. */
class StoredGrant implements GrantFacts {
  readonly chainId: bigint;
  readonly #row: GrantRow;
  #record: GrantRecord | undefined;

  constructor(chainId: bigint, row: GrantRow) {
    this.chainId = chainId;
    this.#row = row;
  }

  get contract(): Address {
    return toAddress(this.#row.contract);
  }
  get credential(): CredentialRef {
    return toCredentialRef(this.#row.credential);
  }
  get grantee(): Address {
    return toAddress(this.#row.grantee);
  }
  get purpose(): Purpose {
    return this.#row.purpose;
  }
  get holder(): Address {
    return toAddress(this.#row.holder);
  }
  get issuer(): Address {
    return toAddress(this.#row.issuer);
  }
  get seal(): Seal {
    return toSeal(this.#row.seal);
  }
  // Only a grant of which nothing but cancelled signatures is known has neither, and none is shown of those.
  get legalBasis(): number {
    return this.#row.legal_basis ?? 0;
  }
  get context(): Bytes32 {
    return toBytes32(this.#row.context ?? NO_CONTEXT);
  }
  get record(): GrantRecord {
    this.#record ??= toRecord(this.#row);
    return this.#record;
  }
  get holdUntil(): UnixTime {
    return this.#row.hold_until ?? 0n;
  }
  get parent(): Parent | undefined {
    const { grantor, parent_granted_at: grantedAt } = this.#row;
    return grantor === null || grantedAt === null ? undefined : { grantor: toAddress(grantor), grantedAt };
  }
  get parentEnd(): UnixTime {
    const { parent_end: end } = this.#row;
    return end === null || end === SQL_NEVER ? NEVER : end;
  }
  get seq(): bigint {
    return this.#row.seq;
  }
  get blockNumber(): bigint {
    return this.#row.block_number;
  }
  get blockTime(): UnixTime {
    return this.#row.block_time;
  }
  get reason(): number | null {
    return this.#row.reason;
  }
}

export const toGrant = (chainId: bigint, row: GrantRow): GrantFacts => new StoredGrant(chainId, row);

/** What is in {@link ENDING_COLUMNS}. */
export type EndingFacts = Pick<
  GrantFacts,
  "chainId" | "contract" | "credential" | "grantee" | "purpose" | "holder" | "record" | "holdUntil" | "parentEnd"
>;
export type EndingRow = Pick<
  GrantRow,
  "contract" | "credential" | "grantee" | "purpose" | "holder" | RecordColumn | "hold_until" | "parent_end"
>;

/** Facts are read when they are looked at, and the type names those that are there. */
export const toEnding = (chainId: bigint, row: EndingRow): EndingFacts => new StoredGrant(chainId, row as GrantRow);

export function toRecord(row: Pick<GrantRow, RecordColumn>): GrantRecord {
  return {
    grantedAt: row.granted_at,
    notBefore: row.not_before,
    expiresAt: row.expires_at,
    lockedUntil: row.locked_until,
    revokedAt: row.revoked_at,
    retention: row.retention,
    sequence: Number(row.sequence),
    flags: row.flags,
  };
}

type RecordColumn = (typeof RECORD_COLUMNS)[number];
