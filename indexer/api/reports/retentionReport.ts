import type { Address, CredentialRef } from "../../grants/bytes.ts";
import { PURPOSES } from "../../grants/codes.ts";
import type { UnixTime } from "../../grants/record.ts";
import { activeEnd } from "../../grants/rule.ts";
import type { Context } from "../context.ts";
import { badInput } from "../errors.ts";
import type { GrantKey } from "../key.ts";
import { nowOf } from "../moment.ts";
import { GRANT_COLUMNS, type GrantFacts, type GrantRow, toGrant } from "../read/grant.ts";
import { grantsOfTrail } from "../read/grantRelation.ts";
import { addBounds, Conditions, type Ordering, orderBy } from "../read/keyset.ts";
import { knowledgeOf } from "../read/listed.ts";
import { type Registered, readRegistered } from "../read/registered.ts";
import type { Bounds } from "../reportPool.ts";
import { bounded } from "./bounded.ts";
import type { Column } from "./column.ts";
import type { Asked, Batch, Report } from "./report.ts";

/** What ends when: when reading for a purpose ends, and when records are to be erased. Ordered by that moment. */

interface RetentionArgs {
  readonly grantee: Address | undefined;
  readonly holder: Address | undefined;
  readonly credential: CredentialRef | undefined;
  readonly purpose: number | undefined;
  readonly from: UnixTime;
  /** Null without bound. */
  readonly to: UnixTime | null;
}

interface RetentionRow {
  readonly ends: UnixTime;
  readonly what: (typeof WHAT)[number];
  readonly grant: GrantFacts;
  readonly grantee: Registered | undefined;
}

export interface RetentionKey {
  readonly ends: UnixTime;
  readonly grant: GrantKey;
  /** Place in {@link WHAT}. */
  readonly what: number;
}

/** A grant without record keeping has the second alone: all ends at once. */
const WHAT = ["PURPOSE_ENDS", "RECORDS_END"] as const;
const MOST_KNOWN = 20_000;

const ORDERING: Ordering = [
  ["x.ends", "bigint"],
  ["g.credential", "bytea"],
  ["g.grantee", "bytea"],
  ["g.purpose", "integer"],
  ["g.chain_id", "bigint"],
  ["g.contract", "bytea"],
  ["x.what", "integer"],
];

/** What keeps records for the longest. */
function keptBy({ record, holdUntil, parentEnd }: GrantFacts, { ends, what }: Pick<RetentionRow, "ends" | "what">) {
  if (what === "PURPOSE_ENDS") return null;
  const end = activeEnd(record, { parentEnd });
  if (ends === end) return null;
  if (ends === end + record.retention) return "RETENTION";
  return ends === record.lockedUntil ? "LOCK" : ends === holdUntil ? "LEGAL_HOLD" : null;
}

const COLUMNS: readonly Column<RetentionRow>[] = [
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

export const RETENTION: Report<RetentionArgs, RetentionRow, RetentionKey> = {
  name: "retention",
  title: "What ends when",
  description:
    "When reading for a purpose ends and when records are to be erased, by what is agreed, ended and held now.",
  parameters: [
    { name: "grantee", type: "Address" },
    { name: "holder", type: "Address" },
    { name: "credential", type: "Bytes32" },
    { name: "purpose", type: "Purpose" },
    { name: "from", type: "UnixTime" },
    { name: "to", type: "UnixTime" },
  ],
  columns: COLUMNS,
  counted: "what",
  toArgs(given, moment) {
    const from = (given["from"] ?? nowOf(moment)) as UnixTime;
    const to = (given["to"] ?? null) as UnixTime | null;
    if (to !== null && from >= to) throw badInput("from: expected a moment before to");
    return { ...(given as Pick<RetentionArgs, "grantee" | "holder" | "credential" | "purpose">), from, to };
  },
  rows: retentionRows,
};

type Row = GrantRow & { ends: bigint; what: number; chain_id: bigint };

async function* retentionRows(
  context: Context,
  asked: Asked<RetentionArgs>,
  after: RetentionKey | undefined,
  bounds: Bounds,
): AsyncGenerator<Batch<RetentionRow, RetentionKey>, void, undefined> {
  const conditions = new Conditions();
  const text = select(conditions, asked, after);
  const names = new Map<string, readonly Registered[]>();
  for await (const rows of context.reports.stream<Row>(text, conditions.values, bounds)) {
    const grants = rows.map((row) => toGrant(row.chain_id, row));
    const known = bounded(names, MOST_KNOWN);
    const registered = await readRegistered(
      context.database,
      grants.map(({ grantee }) => grantee),
      asked.moment,
      known,
    );
    yield rows.flatMap((row, i) => {
      const grant = grants[i];
      const what = WHAT[row.what];
      if (grant === undefined || what === undefined) return [];
      const grantee = registered(grant.grantee, grant.chainId);
      return [{ row: { ends: row.ends, what, grant, grantee }, key: { ends: row.ends, grant, what: row.what } }];
    });
  }
}

function select(
  conditions: Conditions,
  { args, moment }: Asked<RetentionArgs>,
  after: RetentionKey | undefined,
): string {
  const knowledge = knowledgeOf(conditions, moment);
  // The same in every event of a grant, so asked before its newest is chosen.
  for (const column of ["grantee", "holder", "credential", "purpose"] as const)
    conditions.equal(`g.${column}`, args[column]);
  const grants = grantsOfTrail(
    conditions.where(),
    "g.credential, g.grantee, g.purpose, g.chain_id, g.contract",
    undefined,
    knowledge,
  );
  const rest = new Conditions(conditions.values);
  rest.add(`x.ends >= ${rest.value(args.from)}::bigint`);
  if (args.to !== null) rest.add(`x.ends < ${rest.value(args.to)}::bigint`);
  addBounds(rest, ORDERING, {
    ...{ limit: 0, backward: false, inclusive: false },
    after: after && [
      ...[after.ends, after.grant.credential, after.grant.grantee, after.grant.purpose],
      ...[after.grant.chainId, after.grant.contract, after.what],
    ],
  });
  return `${knowledge.with}SELECT x.ends, x.what, g.chain_id, ${GRANT_COLUMNS}
    FROM ${grants} g
    CROSS JOIN LATERAL (
      SELECT grant_active_end(g.expires_at, g.revoked_at, g.parent_end) AS active,
             grant_access_end(g.not_before, g.expires_at, g.locked_until, g.revoked_at, g.retention, g.parent_end,
                              g.hold_until) AS access) t
    CROSS JOIN LATERAL (VALUES (0, t.active), (1, t.access)) x (what, ends)
   WHERE g.granted_at > 0 AND t.access < 9223372036854775807 AND (x.what = 1 OR t.active < t.access)
     AND ${rest.where()}
   ORDER BY ${orderBy(ORDERING, false)}`;
}
