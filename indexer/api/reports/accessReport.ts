import type { StandingWords } from "../../grants/accessPeriods.ts";
import { accessPeriods } from "../../grants/accessPeriods.ts";
import { sameBytes, toHex } from "../../grants/bytes.ts";
import type { UnixTime } from "../../grants/record.ts";
import { chainHealth, type ObservedChain } from "../../ops/health.ts";
import type { Context } from "../context.ts";
import { badInput } from "../errors.ts";
import type { GrantKey } from "../key.ts";
import { type Moment, nowOf } from "../moment.ts";
import { presentTime } from "../read/chain.ts";
import {
  type ChangedGrant,
  type ChangeRow,
  type ChangesFilter,
  changedGrants,
  changesText,
  readParents,
} from "../read/grantChanges.ts";
import { Conditions } from "../read/keyset.ts";
import { type Registered, readRegistered } from "../read/registered.ts";
import { readCredentialWords, readIssuerChanges } from "../read/standingWords.ts";
import type { Bounds } from "../reportPool.ts";
import { ACCESS_COLUMNS, type AccessRow, type PeriodKey } from "./accessRow.ts";
import { bounded } from "./bounded.ts";
import type { Asked, Batch, Given, Parameter, Report, ReportText } from "./report.ts";

/**
 * Every time in which somebody could read something: `check` at any moment of it says ALLOWED, and at no other moment.
 * Ordered by grant and time.
 */

export interface AccessArgs extends ChangesFilter {
  /** Only what could be read at some moment since then … */
  readonly from: UnixTime;
  /** … and before this one. */
  readonly to: UnixTime;
}

/** Changes of grants that are looked at together: so many that planning what is looked up costs little beside it. */
const TOGETHER = 2_000;
/** Entities that are remembered. */
const MOST_KNOWN = 20_000;

const PERIOD: readonly Parameter[] = [
  { name: "from", type: "UnixTime" },
  { name: "to", type: "UnixTime" },
  { name: "purpose", type: "Purpose" },
];

const accessReport = (
  text: ReportText,
  of: "credential" | "grantee" | "holder",
): Report<AccessArgs, AccessRow, PeriodKey> => ({
  ...text,
  parameters: [{ name: of, type: of === "credential" ? "Bytes32" : "Address", required: true }, ...PERIOD],
  columns: ACCESS_COLUMNS,
  counted: "access",
  toArgs: (given, moment, chains) => ({
    ...(given as Pick<ChangesFilter, "credential" | "grantee" | "holder" | "purpose">),
    ...periodOf(given, moment, chains),
  }),
  rows: accessRows,
});

export const READABLE = accessReport(
  {
    name: "access",
    title: "What an institution could read",
    description: "Every time in which the institution could read something, for a purpose or to keep records.",
  },
  "grantee",
);

export const READERS_DURING = accessReport(
  {
    name: "disclosures",
    title: "Who could read a credential",
    description: "Every time in which somebody could read the credential, for a purpose or to keep records.",
  },
  "credential",
);

export const RECIPIENTS = accessReport(
  {
    name: "recipients",
    title: "Who could read a person's data",
    description: "Every recipient of the holder's credentials, with purpose, legal basis and times (GDPR, article 15).",
  },
  "holder",
);

/** @throws GraphQLError BAD_INPUT when it ends before it begins, or is still to come. */
function periodOf(given: Given, moment: Moment, chains: readonly ObservedChain[]) {
  const now = nowOf(moment);
  const present = chains.map((chain) => presentTime(chain, now)).reduce((a, b) => (a > b ? a : b), now);
  const from = (given["from"] ?? 0n) as UnixTime;
  const to = (given["to"] ?? present + 1n) as UnixTime;
  if (to > present + 1n) throw badInput("to: expected a moment that is not still to come");
  if (from >= to) throw badInput("from: expected a moment before to");
  return { from, to };
}

async function* accessRows(
  context: Context,
  asked: Asked<AccessArgs>,
  after: PeriodKey | undefined,
  bounds: Bounds,
): AsyncGenerator<Batch<AccessRow, PeriodKey>, void, undefined> {
  const { args, moment, chains } = asked;
  const conditions = new Conditions();
  const text = changesText(conditions, args, moment, after?.grant);
  const rows = context.reports.stream<ChangeRow>(text, conditions.values, bounds);
  const known: Known = { names: new Map(), issuers: new Map() };
  for await (const grants of changedGrants(rows, chains, TOGETHER)) {
    const batch = (await rowsOf(context, asked, grants, known)).filter(({ key }) => isAfter(key, after));
    if (batch.length > 0) yield batch;
  }
}

/** What was read before about the same moment. */
interface Known {
  readonly names: Map<string, readonly Registered[]>;
  readonly issuers: Map<string, StandingWords["issuers"]>;
}

async function rowsOf(
  context: Context,
  { args, moment, chains }: Asked<AccessArgs>,
  grants: readonly ChangedGrant[],
  known: Known,
): Promise<Batch<AccessRow, PeriodKey>> {
  const { database, maxStalenessSeconds } = context;
  const issuers = bounded(known.issuers, MOST_KNOWN);
  const missing = grants.map(({ issuer }) => issuer).filter((issuer) => !issuers.has(toHex(issuer)));
  const [parents, words, found, registered] = await Promise.all([
    readParents(database, grants, moment),
    readCredentialWords(
      database,
      grants.map(({ key }) => key.credential),
      moment,
      chains,
    ),
    missing.length === 0 ? [] : readIssuerChanges(database, missing, moment, chains),
    readRegistered(
      database,
      grants.flatMap(({ key, issuer }) => [key.grantee, issuer]),
      moment,
      bounded(known.names, MOST_KNOWN),
    ),
  ]);
  for (const [issuer, changes] of found) issuers.set(issuer, changes);
  const healths = new Map(
    chains.map((chain) => [chain.chainId, chainHealth(chain, moment.clock, maxStalenessSeconds)]),
  );
  return grants.flatMap((grant) => {
    const { key, issuer, changes } = grant;
    const standing = { credentials: words(key.credential), issuers: issuers.get(toHex(issuer)) ?? [] };
    const periods = accessPeriods({ changes, parentOf: (origin) => parents(key, origin), standing });
    const named = {
      grantee: registered(key.grantee, key.chainId),
      issuer: registered(issuer, key.chainId),
      health: healths.get(key.chainId) ?? "BACKFILL",
    };
    return periods.flatMap((period, index) =>
      period.from < args.to && period.until > args.from
        ? [{ row: { grant, period, ...named }, key: { grant: key, index } }]
        : [],
    );
  });
}

/** The grant at the place is read again; its periods up to the place are not given again. */
const isAfter = ({ grant, index }: PeriodKey, after: PeriodKey | undefined): boolean =>
  after === undefined || !isSameGrant(grant, after.grant) || index > after.index;

const isSameGrant = (a: GrantKey, b: GrantKey): boolean =>
  a.purpose === b.purpose &&
  a.chainId === b.chainId &&
  sameBytes(a.credential, b.credential) &&
  sameBytes(a.grantee, b.grantee) &&
  sameBytes(a.contract, b.contract);
