import assert from "node:assert/strict";
import type { Random } from "../../support/random.ts";
import type { FakeChain } from "../chain/chain.ts";
import { PAIRS, type Pair } from "../model/cast.ts";
import { expectedOf, type Use } from "../model/decision.ts";
import { seenBy } from "./agreement.ts";
import type { Questions } from "./ask.ts";

/**
 * Every pair there is, at every block, asked by `checkMany` and by AuthZEN; and at some of the blocks by who can read each
 * credential and what each grantee can read besides, which take the database five times as long.
 */

const CREDENTIALS = [...new Set(PAIRS.map(({ credential }) => credential))];
const GRANTEES = [...new Set(PAIRS.map(({ grantee }) => grantee))];

const CHECKS = "checkMany(checks: $checks, at: $at) { answers { answer { decision reason } } }";
const CHECKED = `query ($checks: [CheckInput!]!, $at: UnixTime!) { ${CHECKS} }`;
const LISTED = `query ($checks: [CheckInput!]!, $at: UnixTime!, $use: ReadUse!) {
  ${CHECKS}
  ${CREDENTIALS.map((one, i) => `w${i}: whoCanRead(credential: "${one}", at: $at, use: $use, first: 100) { ...L }`).join("\n  ")}
  ${GRANTEES.map((one, i) => `r${i}: readableBy(grantee: "${one}", at: $at, use: $use, first: 100) { ...L }`).join("\n  ")}
}
fragment L on AccessConnection { complete nodes { credential grantee purpose } }`;

interface List {
  readonly complete: boolean;
  readonly nodes: readonly Pair[];
}
const nameOf = ({ credential, grantee, purpose }: Pick<Pair, "credential" | "grantee" | "purpose">): string =>
  `${credential} ${grantee.toLowerCase()} ${purpose}`;

/** @param lists at so many blocks at most, drawn from all of them, lists are asked for. @returns how many answers were compared. */
export async function assertEveryPair(
  questions: Questions,
  chains: readonly FakeChain[],
  random: Random,
  lists: number,
): Promise<number> {
  const newest = chains.map(({ head }) => head.time).reduce((a, b) => (a < b ? a : b));
  const times = [...new Set(chains.flatMap(({ canonical }) => canonical.map(({ time }) => time)))];
  const past = times.filter((time) => time <= newest);
  let compared = 0;
  for (let i = 0; past.length > 0; i++) {
    const [at] = past.splice(random.int(past.length), 1) as [bigint];
    const use = random.pick(["PURPOSE", "PURPOSE", "RECORD_KEEPING"] as const);
    compared += await compare(questions, chains, { at, use, listed: i < lists });
  }
  return compared;
}

interface Moment {
  readonly at: bigint;
  readonly use: Use;
  /** Whether lists are asked for as well. */
  readonly listed: boolean;
}

async function compare(questions: Questions, chains: readonly FakeChain[], moment: Moment): Promise<number> {
  const { at, use } = moment;
  const checks = PAIRS.map(({ credential, grantee, purpose }) => ({ credential, grantee, purpose, use }));
  const [answers, evaluated] = await Promise.all([
    questions.ask(moment.listed ? LISTED : CHECKED, { checks, at: Number(at), ...(moment.listed ? { use } : {}) }),
    questions.evaluate({
      action: { name: use === "PURPOSE" ? "read" : "read_records" },
      evaluations: PAIRS.map(({ credential, grantee, purpose }) => ({
        subject: { type: "institution", id: grantee },
        resource: { type: "credential", id: credential },
        context: { purpose, at: Number(at) },
      })),
    }),
  ]);
  const byCredential = moment.listed ? listed(CREDENTIALS.map((_, i) => answers[`w${i}`])) : undefined;
  const byGrantee = moment.listed ? listed(GRANTEES.map((_, i) => answers[`r${i}`])) : undefined;
  let allowed = 0;
  for (const [i, pair] of PAIRS.entries()) {
    const seen = seenBy({ pair, at, chain: undefined }, chains);
    const { decision, reasons } = expectedOf(seen, use, false);
    const may = decision === "ALLOWED";
    const { answer } = answers.checkMany.answers[i];
    const where = `${use} of ${nameOf(pair)} at ${at}: ${JSON.stringify(seen)}`;
    assert.equal(answer.decision, decision, where);
    assert.ok(reasons.includes(answer.reason), `${answer.reason} is none of ${reasons}: ${where}`);
    const { decision: permitted, context } = evaluated[i] ?? {};
    assert.deepEqual([permitted, context?.outcome, context?.reason], [may, decision, answer.reason], where);
    for (const list of [byCredential, byGrantee]) assert.equal(list?.has(nameOf(pair)) ?? may, may, where);
    if (may) allowed += 1;
  }
  for (const list of [byCredential, byGrantee])
    assert.equal(list?.size ?? allowed, allowed, `somebody else can read at ${at}`);
  return PAIRS.length * (moment.listed ? 4 : 2);
}

function listed(lists: readonly List[]): Set<string> {
  assert.ok(lists.every(({ complete }) => complete));
  return new Set(lists.flatMap(({ nodes }) => nodes.map(nameOf)));
}
