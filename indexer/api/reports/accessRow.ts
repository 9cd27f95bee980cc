import type { AccessPeriod } from "../../grants/accessPeriods.ts";
import { LEGAL_BASES, PURPOSES } from "../../grants/codes.ts";
import { NEVER } from "../../grants/rule.ts";
import type { ChainHealth } from "../../ops/health.ts";
import type { GrantKey } from "../key.ts";
import type { ChangedGrant } from "../read/grantChanges.ts";
import type { Registered } from "../read/registered.ts";
import type { Column } from "./column.ts";

/** A time in which a grant let its grantee read something. */
export interface AccessRow {
  readonly grant: ChangedGrant;
  readonly period: AccessPeriod;
  readonly grantee: Registered | undefined;
  readonly issuer: Registered | undefined;
  readonly health: ChainHealth;
}

/** Which period of which grant, counting from 0. */
export interface PeriodKey {
  readonly grant: GrantKey;
  readonly index: number;
}

export const ACCESS_COLUMNS: readonly Column<AccessRow>[] = [
  {
    name: "access",
    type: "String",
    description: "What could be done: PURPOSE (read for the purpose) or RECORD_KEEPING (read what must be kept).",
    value: ({ period }) => period.access,
  },
  {
    name: "from",
    type: "UnixTime",
    description: "Since when.",
    value: ({ period }) => period.from,
  },
  {
    name: "until",
    type: "UnixTime",
    description: "Until when, this moment not included, as far as is known; null while no end is set.",
    nullable: true,
    value: ({ period }) => (period.until >= NEVER ? null : period.until),
  },
  {
    name: "credential",
    type: "Bytes32",
    description: "The credential.",
    value: ({ grant }) => grant.key.credential,
  },
  {
    name: "grantee",
    type: "Address",
    description: "Who could read.",
    value: ({ grant }) => grant.key.grantee,
  },
  {
    name: "granteeName",
    type: "String",
    description: "The registered name of who could read; null where it is not registered.",
    nullable: true,
    value: ({ grantee }) => grantee?.name ?? null,
  },
  {
    name: "granteeJurisdiction",
    type: "String",
    description: "Where it is registered (ISO 3166-1 alpha-2); null where it is not.",
    nullable: true,
    value: ({ grantee }) => grantee?.jurisdiction ?? null,
  },
  {
    name: "purpose",
    type: "Int",
    description: "Purpose code, see docs/CODES.md.",
    value: ({ grant }) => grant.key.purpose,
  },
  {
    name: "purposeName",
    type: "String",
    description: "Name of the purpose; null for a code without one.",
    nullable: true,
    value: ({ grant }) => PURPOSES.get(grant.key.purpose) ?? null,
  },
  {
    name: "legalBasis",
    type: "Int",
    description: "Code of the legal basis.",
    value: ({ period }) => period.legalBasis,
  },
  {
    name: "legalBasisName",
    type: "String",
    description: "Name of the legal basis; null for a code without one.",
    nullable: true,
    value: ({ period }) => LEGAL_BASES.get(period.legalBasis) ?? null,
  },
  {
    name: "context",
    type: "Bytes32",
    description: "Hash of the agreement, request or consent text.",
    value: ({ period }) => period.context,
  },
  {
    name: "grantedAt",
    type: "UnixTime",
    description: "When that period of the grant was granted.",
    value: ({ period }) => period.grantedAt,
  },
  {
    name: "grantor",
    type: "Address",
    description: "Who granted it onward; null when the holder granted it.",
    nullable: true,
    value: ({ period }) => period.grantor ?? null,
  },
  {
    name: "holder",
    type: "Address",
    description: "Whose credential it is.",
    value: ({ grant }) => grant.holder,
  },
  {
    name: "issuer",
    type: "Address",
    description: "Who issued it: where the data come from.",
    value: ({ grant }) => grant.issuer,
  },
  {
    name: "issuerName",
    type: "String",
    description: "The registered name of the issuer; null where it is not registered.",
    nullable: true,
    value: ({ issuer }) => issuer?.name ?? null,
  },
  {
    name: "chain",
    type: "ChainId",
    description: "The chain that the grant is on.",
    value: ({ grant }) => grant.key.chainId,
  },
  {
    name: "contract",
    type: "Address",
    description: "The contract that it is in.",
    value: ({ grant }) => grant.key.contract,
  },
  {
    name: "finality",
    type: "String",
    description: "How final the newest event of the grant is.",
    nullable: true,
    value: ({ grant }) => grant.finality,
  },
  {
    name: "chainStatus",
    type: "String",
    description: "How far that chain could be relied on.",
    value: ({ health }) => health,
  },
];
