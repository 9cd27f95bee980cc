import { toCredentialRef } from "../../grants/bytes.ts";
import { builder } from "../builder.ts";
import type { Context } from "../context.ts";
import { badInput } from "../errors.ts";
import { type PageArguments, toWindow } from "../page.ts";
import { READABLE } from "../reports/accessReport.ts";
import { ask, type Truth } from "../reports/ask.ts";
import { type Cursor, PERIOD_CURSOR, PROCESSING_CURSOR, RETENTION_CURSOR } from "../reports/cursor.ts";
import { PROCESSING } from "../reports/processingReport.ts";
import type { Given, Report } from "../reports/report.ts";
import { RETENTION } from "../reports/retentionReport.ts";
import { Finality } from "../types/finality.ts";
import { type ReportPage, reportPage } from "../types/reportPage.ts";
import { toPurpose } from "./filter.ts";
import { KNOWN_AT } from "./knownAtArgument.ts";

/** Reports a page at a time. Whole ones are streamed as files, see docs/REPORTS.md. */

/** Like every other statement that a query waits for. */
const TIMEOUT_MS = 5_000;

async function readReport<Args, Row, Key>(
  context: Context,
  report: Report<Args, Row, Key>,
  cursor: Cursor<Key>,
  given: Given,
  paging: Pick<PageArguments, "first" | "after"> & Truth,
): Promise<ReportPage<Row>> {
  const { limit, after } = toWindow(paging, cursor.decode);
  const { asked, setting } = await ask(context, report, given, paging);
  const found: { row: Row; key: Key }[] = [];
  for await (const batch of report.rows(context, asked, after, { timeoutMs: TIMEOUT_MS })) {
    for (const one of batch) if (found.length <= limit) found.push(one);
    if (found.length > limit) break;
  }
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    ...setting,
    rows: page.map(({ row }) => row),
    hasNextPage: found.length > limit,
    endCursor: last === undefined ? null : cursor.encode(last.key),
  };
}

/** What was given, under the names that a report knows; what is null was not. */
const givenOf = ({ credential, purpose, ...rest }: Given): Given =>
  Object.fromEntries(
    Object.entries({
      ...rest,
      credential: credential == null ? null : toCredentialRef(credential as Uint8Array),
      purpose: toPurpose(purpose as number | null | undefined),
    }).filter(([, value]) => value != null),
  );

const paging = builder.args((t) => ({
  first: t.int({ description: "How many rows, at most 1000; 50 without it." }),
  after: t.string({ description: "Only rows after this `endCursor` of the same report." }),
  knownAt: t.field({ type: "KnownAt", description: KNOWN_AT }),
  finality: t.field({
    type: Finality,
    defaultValue: "LATEST",
    description: "How final the blocks must be that it rests on: what happened in newer ones counts as not happened.",
  }),
}));

const about = builder.args((t) => ({
  grantee: t.field({ type: "Address", description: "Of this institution." }),
  holder: t.field({ type: "Address", description: "Of this holder's credentials." }),
  credential: t.field({ type: "Bytes32", description: "Of this credential." }),
  purpose: t.int({ description: "For this purpose code only." }),
}));

const AccessPeriodPage = reportPage("AccessPeriod", {
  ...READABLE,
  description:
    "A time in which a grant let somebody read something: `check` at any moment of it says ALLOWED, and at no other moment.",
});
builder.queryField("accessPeriods", (t) =>
  t.field({
    type: AccessPeriodPage,
    description:
      "When who could read what: of an institution, a holder or a credential, one of which has to be given. Ordered by grant and time.",
    args: {
      ...about,
      from: t.arg({ type: "UnixTime", description: "Only what could be read at some moment since then." }),
      to: t.arg({
        type: "UnixTime",
        description: "Only what could be read at some moment before this one; up to now without it.",
      }),
      ...paging,
    },
    resolve: (_root, { first, after, knownAt, finality, ...args }, context) => {
      if (args.grantee == null && args.holder == null && args.credential == null)
        throw badInput("expected a grantee, a holder or a credential");
      return readReport(context, READABLE, PERIOD_CURSOR, givenOf(args), { first, after, knownAt, finality });
    },
  }),
);

const RetentionEntryPage = reportPage("RetentionEntry", RETENTION);
builder.queryField("retentionCalendar", (t) =>
  t.field({
    type: RetentionEntryPage,
    description: "What ends when, the next first: reading for purposes, and the keeping of records.",
    args: {
      ...about,
      from: t.arg({ type: "UnixTime", description: "Only what ends then or later; from now on without it." }),
      to: t.arg({ type: "UnixTime", description: "Only what ends before then." }),
      ...paging,
    },
    resolve: (_root, { first, after, knownAt, finality, ...args }, context) =>
      readReport(context, RETENTION, RETENTION_CURSOR, givenOf(args), { first, after, knownAt, finality }),
  }),
);

const ProcessingActivityPage = reportPage("ProcessingActivity", PROCESSING);
builder.queryField("processingRecord", (t) =>
  t.field({
    type: ProcessingActivityPage,
    description:
      "What an institution has to put into its record of processing, as far as the grants tell: by purpose, legal basis, kind of data and recipient.",
    args: {
      grantee: t.arg({ type: "Address", required: true, description: "The institution." }),
      at: t.arg({ type: "UnixTime", description: "As it was at an earlier moment; the present without it." }),
      ...paging,
    },
    resolve: (_root, { first, after, knownAt, finality, ...args }, context) =>
      readReport(context, PROCESSING, PROCESSING_CURSOR, givenOf(args), { first, after, knownAt, finality }),
  }),
);
