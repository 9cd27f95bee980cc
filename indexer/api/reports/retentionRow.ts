import { PURPOSES } from "../../grants/codes.ts";
import type { UnixTime } from "../../grants/record.ts";
import { activeEnd } from "../../grants/rule.ts";
import type { GrantKey } from "../key.ts";
import type { EndingFacts } from "../read/grant.ts";
import type { Registered } from "../read/registered.ts";
import type { Column } from "./column.ts";

/** Something of a grant that ends. */
export interface RetentionRow {
  readonly ends: UnixTime;
  readonly what: (typeof WHAT)[number];
  readonly grant: EndingFacts;
  readonly grantee: Registered | undefined;
}

export interface RetentionKey {
  readonly ends: UnixTime;
  readonly grant: GrantKey;
  /** Place in {@link WHAT}. */
  readonly what: number;
}

/** A grant without record keeping has the second alone: all ends at once. */
export const WHAT = ["PURPOSE_ENDS", "RECORDS_END"] as const;
/** What keeps records for the longest. */
function keptBy({ record, holdUntil, parentEnd }: EndingFacts, { ends, what }: Pick<RetentionRow, "ends" | "what">) {
  if (what === "PURPOSE_ENDS") return null;
  const end = activeEnd(record, { parentEnd });
  if (ends === end) return null;
  if (ends === end + record.retention) return "RETENTION";
  return ends === record.lockedUntil ? "LOCK" : ends === holdUntil ? "LEGAL_HOLD" : null;
}

export const RETENTION_COLUMNS: readonly Column<RetentionRow>[] = [
  {
    name: "ends",
    type: "UnixTime",
    description:
      "When it ends, as far as is known now: an act can end it earlier, prolong it, or keep it by a legal hold.",
    value: ({ ends }) => ends,
  },
  {
    name: "what",
    type: "String",
    description:
      "PURPOSE_ENDS: reading for the purpose ends, records are kept. RECORDS_END: all reading ends, records are to be erased.",
    value: ({ what }) => what,
  },
  {
    name: "keptBy",
    type: "String",
    description: "What keeps the records until then: RETENTION, LOCK or LEGAL_HOLD; null where nothing does.",
    nullable: true,
    value: (row) => keptBy(row.grant, row),
  },
  {
    name: "grantee",
    type: "Address",
    description: "Whose access it is.",
    value: ({ grant }) => grant.grantee,
  },
  {
    name: "granteeName",
    type: "String",
    description: "The registered name of the grantee; null where it is not registered.",
    nullable: true,
    value: ({ grantee }) => grantee?.name ?? null,
  },
  {
    name: "credential",
    type: "Bytes32",
    description: "The credential.",
    value: ({ grant }) => grant.credential,
  },
  {
    name: "holder",
    type: "Address",
    description: "Whose credential it is.",
    value: ({ grant }) => grant.holder,
  },
  {
    name: "purpose",
    type: "Int",
    description: "Purpose code, see docs/CODES.md.",
    value: ({ grant }) => grant.purpose,
  },
  {
    name: "purposeName",
    type: "String",
    description: "Name of the purpose; null for a code without one.",
    nullable: true,
    value: ({ grant }) => PURPOSES.get(grant.purpose) ?? null,
  },
  {
    name: "retention",
    type: "Seconds",
    description: "How long records are kept after the end of the purpose, as agreed.",
    value: ({ grant }) => grant.record.retention,
  },
  {
    name: "chain",
    type: "ChainId",
    description: "The chain that the grant is on.",
    value: ({ grant }) => grant.chainId,
  },
  {
    name: "contract",
    type: "Address",
    description: "The contract that it is in.",
    value: ({ grant }) => grant.contract,
  },
];
