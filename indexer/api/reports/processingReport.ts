import { type Address, toAddress } from "../../grants/bytes.ts";
import type { UnixTime } from "../../grants/record.ts";
import type { Context } from "../context.ts";
import { refuseFuture } from "../queries/present.ts";
import { credentialTypeBy } from "../read/credentialTrail.ts";
import { STATE_COLUMNS } from "../read/grant.ts";
import { grantsOfTrail } from "../read/grantRelation.ts";
import { addBounds, Conditions, type Ordering, orderBy } from "../read/keyset.ts";
import { knowledgeOf, lookedAtOf } from "../read/listed.ts";
import { readRegistered } from "../read/registered.ts";
import type { Bounds } from "../reportPool.ts";
import { type Counts, PROCESSING_COLUMNS, type ProcessingKey, type ProcessingRow } from "./processingRow.ts";
import type { Asked, Batch, Report } from "./report.ts";

/**
 * What an institution has to put into its record of processing (GDPR, article 30) as far as the grants tell: a row for each
 * purpose, legal basis and kind of data, and one more for each recipient that it was granted onward to.
 */

interface ProcessingArgs {
  readonly grantee: Address;
  readonly at: UnixTime | undefined;
}

const ORDERING: Ordering = [
  ["r.purpose", "integer"],
  ["r.legal_basis", "integer"],
  ["r.credential_type", "bytea"],
  ["r.recipient_account", "bytea"],
];

export const PROCESSING: Report<ProcessingArgs, ProcessingRow, ProcessingKey> = {
  name: "processing",
  title: "Record of processing",
  description: "Purposes, legal bases, kinds of data, recipients and time limits of an institution (GDPR, article 30).",
  parameters: [
    { name: "grantee", type: "Address", required: true },
    { name: "at", type: "UnixTime" },
  ],
  columns: PROCESSING_COLUMNS,
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
