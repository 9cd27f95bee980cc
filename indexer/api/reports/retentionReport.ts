import type { Address, CredentialRef } from "../../grants/bytes.ts";
import type { UnixTime } from "../../grants/record.ts";
import type { Context } from "../context.ts";
import { badInput } from "../errors.ts";
import { nowOf } from "../moment.ts";
import { ENDING_COLUMNS, type EndingRow, toEnding } from "../read/grant.ts";
import { grantsOfTrail } from "../read/grantRelation.ts";
import { addBounds, Conditions, type Ordering, orderBy } from "../read/keyset.ts";
import { knowledgeOf } from "../read/listed.ts";
import { type Registered, readRegistered } from "../read/registered.ts";
import type { Bounds } from "../reportPool.ts";
import { bounded } from "./bounded.ts";
import type { Asked, Batch, Report } from "./report.ts";
import { RETENTION_COLUMNS, type RetentionKey, type RetentionRow, WHAT } from "./retentionRow.ts";

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
  columns: RETENTION_COLUMNS,
  counted: "what",
  toArgs(given, moment) {
    const from = (given["from"] ?? nowOf(moment)) as UnixTime;
    const to = (given["to"] ?? null) as UnixTime | null;
    if (to !== null && from >= to) throw badInput("from: expected a moment before to");
    return { ...(given as Pick<RetentionArgs, "grantee" | "holder" | "credential" | "purpose">), from, to };
  },
  rows: retentionRows,
};

type Row = EndingRow & { ends: bigint; what: number; chain_id: bigint };

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
    const grants = rows.map((row) => toEnding(row.chain_id, row));
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
    "ending",
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
  return `${knowledge.with}SELECT x.ends, x.what, ${ENDING_COLUMNS}
    FROM ${grants} g
    CROSS JOIN LATERAL (
      SELECT grant_active_end(g.expires_at, g.revoked_at, g.parent_end) AS active,
             grant_access_end(g.not_before, g.expires_at, g.locked_until, g.revoked_at, g.retention, g.parent_end,
                              g.hold_until) AS access
        OFFSET 0) t -- which keeps the ends from being worked out again wherever they are named
    CROSS JOIN LATERAL (VALUES (0, t.active), (1, t.access)) x (what, ends)
   WHERE g.granted_at > 0 AND t.access < 9223372036854775807 AND (x.what = 1 OR t.active < t.access)
     AND ${rest.where()}
   ORDER BY ${orderBy(ORDERING, false)}`;
}
