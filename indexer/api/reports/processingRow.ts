import { type Address, toAddress } from "../../grants/bytes.ts";
import { LEGAL_BASES, PURPOSES } from "../../grants/codes.ts";
import type { Registered } from "../read/registered.ts";
import type { Column } from "./column.ts";

/** A purpose, legal basis and kind of data of an institution, or one of its recipients of these. */
export interface ProcessingRow extends Counts {
  readonly controllerAccount: Address;
  readonly controller: Registered | undefined;
  readonly recipient: Registered | undefined;
}

/** As PostgreSQL counts it. */
export interface Counts {
  readonly purpose: number;
  readonly legal_basis: number;
  /** No bytes where no registry knows the credential. */
  readonly credential_type: Buffer;
  /** No bytes for the controller itself. */
  readonly recipient_account: Buffer;
  readonly holders: bigint;
  readonly credentials: bigint;
  readonly issuers: bigint;
  readonly grants: bigint;
  readonly pending: bigint;
  readonly active: bigint;
  readonly retained: bigint;
  readonly ended: bigint;
  readonly first_granted_at: bigint;
  readonly longest_retention: bigint;
  readonly last_end: bigint | null;
  readonly open_ended: bigint;
}

/** In the order of the report. */
export type ProcessingKey = Pick<Counts, "purpose" | "legal_basis" | "credential_type" | "recipient_account">;

const count = (name: string, description: string, of: (row: Counts) => bigint): Column<ProcessingRow> => ({
  ...{ name, type: "Count", description },
  value: of,
});

export const PROCESSING_COLUMNS: readonly Column<ProcessingRow>[] = [
  {
    name: "controller",
    type: "Address",
    description: "The institution.",
    value: ({ controllerAccount }) => controllerAccount,
  },
  {
    name: "controllerName",
    type: "String",
    description: "Its registered name; null where it is not registered.",
    nullable: true,
    value: ({ controller }) => controller?.name ?? null,
  },
  {
    name: "controllerUri",
    type: "String",
    description: "Where it says more about itself, as stated; null where it is not registered.",
    nullable: true,
    value: ({ controller }) => controller?.uri ?? null,
  },
  {
    name: "purpose",
    type: "Int",
    description: "Code of the purpose of the processing, see docs/CODES.md.",
    value: ({ purpose }) => purpose,
  },
  {
    name: "purposeName",
    type: "String",
    description: "Name of the purpose; null for a code without one.",
    nullable: true,
    value: ({ purpose }) => PURPOSES.get(purpose) ?? null,
  },
  {
    name: "legalBasis",
    type: "Int",
    description: "Code of the legal basis.",
    value: (row) => row.legal_basis,
  },
  {
    name: "legalBasisName",
    type: "String",
    description: "Name of the legal basis; null for a code without one.",
    nullable: true,
    value: (row) => LEGAL_BASES.get(row.legal_basis) ?? null,
  },
  {
    name: "credentialType",
    type: "Bytes32",
    description: "The kind of data, as its issuer anchored it; null where nobody did.",
    nullable: true,
    value: (row) => (row.credential_type.length === 0 ? null : row.credential_type),
  },
  {
    name: "recipient",
    type: "Address",
    description: "Whom it was granted onward to; null of the institution's own access.",
    nullable: true,
    value: (row) => (row.recipient_account.length === 0 ? null : toAddress(row.recipient_account)),
  },
  {
    name: "recipientName",
    type: "String",
    description: "The registered name of the recipient; null where it is not registered.",
    nullable: true,
    value: ({ recipient }) => recipient?.name ?? null,
  },
  {
    name: "recipientJurisdiction",
    type: "String",
    description:
      "Where the recipient is registered (ISO 3166-1 alpha-2): whether it is a third country follows from it.",
    nullable: true,
    value: ({ recipient }) => recipient?.jurisdiction ?? null,
  },
  count("dataSubjects", "Holders whose data it is about.", (row) => row.holders),
  count("credentials", "Their credentials.", (row) => row.credentials),
  count("sources", "Issuers that the data come from.", (row) => row.issuers),
  count("grants", "The grants on all chains.", (row) => row.grants),
  count("pending", "Of these: not started yet.", (row) => row.pending),
  count("active", "Of these: run now.", (row) => row.active),
  count("retained", "Of these: kept as records only.", (row) => row.retained),
  count("ended", "Of these: over, and not to be read any more.", (row) => row.ended),
  count("openEnded", "Of these: without an end so far.", (row) => row.open_ended),
  {
    name: "firstGrantedAt",
    type: "UnixTime",
    description: "When the earliest of their present periods was granted.",
    value: (row) => row.first_granted_at,
  },
  {
    name: "longestRetention",
    type: "Seconds",
    description: "The longest that records are kept after the end of the purpose, as agreed.",
    value: (row) => row.longest_retention,
  },
  {
    name: "lastEnd",
    type: "UnixTime",
    description: "When the last of those with an end is to be erased; null where none has an end.",
    nullable: true,
    value: (row) => row.last_end,
  },
];
