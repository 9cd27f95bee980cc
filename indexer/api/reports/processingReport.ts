import { type Address, toAddress } from "../../grants/bytes.ts";
import { LEGAL_BASES, PURPOSES } from "../../grants/codes.ts";
import type { UnixTime } from "../../grants/record.ts";
import type { Context } from "../context.ts";
import { refuseFuture } from "../queries/present.ts";
import { credentialTypeBy } from "../read/credentialTrail.ts";
import { STATE_COLUMNS } from "../read/grant.ts";
import { grantsOfTrail } from "../read/grantRelation.ts";
import { addBounds, Conditions, type Ordering, orderBy } from "../read/keyset.ts";
import { knowledgeOf, lookedAtOf } from "../read/listed.ts";
import { type Registered, readRegistered } from "../read/registered.ts";
import type { Bounds } from "../reportPool.ts";
import type { Column } from "./column.ts";
import type { Asked, Batch, Report } from "./report.ts";

/**
 * What an institution has to put into its record of processing (GDPR, article 30) as far as the grants tell: a row for each
 * purpose, legal basis and kind of data, and one more for each recipient that it was granted onward to.
 */

interface ProcessingArgs {
  readonly grantee: Address;
  readonly at: UnixTime | undefined;
}

interface ProcessingRow extends Counts {
  readonly controllerAccount: Address;
  readonly controller: Registered | undefined;
  readonly recipient: Registered | undefined;
}

interface Counts {
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

export type ProcessingKey = Pick<Counts, "purpose" | "legal_basis" | "credential_type" | "recipient_account">;

const ORDERING: Ordering = [
  ["r.purpose", "integer"],
  ["r.legal_basis", "integer"],
  ["r.credential_type", "bytea"],
  ["r.recipient_account", "bytea"],
];

const count = (name: string, description: string, of: (row: Counts) => bigint): Column<ProcessingRow> => ({
  ...{ name, type: "Count", description },
  value: of,
});

const COLUMNS: readonly Column<ProcessingRow>[] = [
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

export const PROCESSING: Report<ProcessingArgs, ProcessingRow, ProcessingKey> = {
  name: "processing",
  title: "Record of processing",
  description: "Purposes, legal bases, kinds of data, recipients and time limits of an institution (GDPR, article 30).",
  parameters: [
    { name: "grantee", type: "Address", required: true },
    { name: "at", type: "UnixTime" },
  ],
  columns: COLUMNS,
  counted: "legalBasisName",
  toArgs(given, moment, chains) {
    const at = given["at"] as UnixTime | undefined;
    refuseFuture({ ...moment, at }, chains);
    return { grantee: given["grantee"] as Address, at };
  },
  rows: processingRows,
};

async function* processingRows(
  context: Context,
  { args, moment: asked }: Asked<ProcessingArgs>,
  after: ProcessingKey | undefined,
  bounds: Bounds,
): AsyncGenerator<Batch<ProcessingRow, ProcessingKey>, void, undefined> {
  const moment = { ...asked, at: args.at };
  const conditions = new Conditions();
  const text = select(conditions, args, moment, after);
  for await (const rows of context.reports.stream<Counts>(text, conditions.values, bounds)) {
    const recipients = rows.flatMap((row) =>
      row.recipient_account.length === 0 ? [] : [toAddress(row.recipient_account)],
    );
    const registered = await readRegistered(context.database, [args.grantee, ...recipients], moment);
    yield rows.map((row) => ({
      key: row,
      row: {
        ...row,
        controllerAccount: args.grantee,
        controller: registered(args.grantee),
        recipient: row.recipient_account.length === 0 ? undefined : registered(toAddress(row.recipient_account)),
      },
    }));
  }
}

function select(
  conditions: Conditions,
  { grantee }: ProcessingArgs,
  moment: Asked<ProcessingArgs>["moment"],
  after: ProcessingKey | undefined,
): string {
  const knowledge = knowledgeOf(conditions, moment);
  const lookedAt = lookedAtOf(conditions, moment);
  const until = moment.at === undefined ? undefined : lookedAt;
  const account = conditions.value(grantee);
  const grants = (where: string): string =>
    grantsOfTrail(where, "g.credential, g.grantee, g.purpose, g.chain_id, g.contract", until, knowledge);
  // Who granted onward stands in few events, so the credentials that may be meant are chosen first.
  const passedOn = grants(
    `g.credential IN (SELECT b.credential FROM event b WHERE b.grantee = ${account} AND b.purpose IS NOT NULL)`,
  );
  const bounds = new Conditions(conditions.values);
  addBounds(bounds, ORDERING, {
    ...{ limit: 0, backward: false, inclusive: false },
    after: after && [after.purpose, after.legal_basis, after.credential_type, after.recipient_account],
  });
  const state = (name: string): string => `count(*) FILTER (WHERE s.state = '${name}')`;
  return `${knowledge.with}SELECT r.* FROM (
    SELECT g.purpose, g.legal_basis::integer AS legal_basis, coalesce(k.credential_type, ''::bytea) AS credential_type,
           g.recipient AS recipient_account, count(DISTINCT g.holder) AS holders,
           count(DISTINCT g.credential) AS credentials, count(DISTINCT g.issuer) AS issuers, count(*) AS grants,
           ${state("PENDING")} AS pending, ${state("ACTIVE")} AS active, ${state("RETAINED")} AS retained, ${state("ENDED")} AS ended,
           min(g.granted_at) AS first_granted_at, max(g.retention) AS longest_retention,
           max(s.ends) FILTER (WHERE s.ends < 9223372036854775807) AS last_end,
           count(*) FILTER (WHERE s.ends = 9223372036854775807) AS open_ended
      FROM (SELECT o.*, ''::bytea AS recipient FROM ${grants(`g.grantee = ${account}`)} o
            UNION ALL
            SELECT p.*, p.grantee AS recipient FROM ${passedOn} p WHERE p.grantor = ${account}) g
      JOIN ${knowledge.chains} c ON c.chain_id = g.chain_id
      CROSS JOIN LATERAL (
        SELECT grant_state(${STATE_COLUMNS}, ${lookedAt}) AS state,
               grant_access_end(g.not_before, g.expires_at, g.locked_until, g.revoked_at, g.retention, g.parent_end,
                                g.hold_until) AS ends) s
      LEFT JOIN LATERAL (${credentialTypeBy("g.credential", until, knowledge)}) k ON true
     WHERE g.granted_at > 0
     GROUP BY 1, 2, 3, 4) r
   WHERE ${bounds.where()}
   ORDER BY ${orderBy(ORDERING, false)}`;
}
