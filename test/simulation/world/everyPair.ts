import assert from "node:assert/strict";
import type { Random } from "../../support/random.ts";
import type { FakeChain } from "../chain/chain.ts";
import { PAIRS, type Pair } from "../model/cast.ts";
import { expectedOf, type Use } from "../model/decision.ts";
import { seenBy } from "./agreement.ts";
import type { Questions } from "./ask.ts";

/**
 * Every pair there is, at block after block, asked in four ways: `checkMany`, AuthZEN, who can read each credential, and what
 * each grantee can read.
 */

const CREDENTIALS = [...new Set(PAIRS.map(({ credential }) => credential))];
const GRANTEES = [...new Set(PAIRS.map(({ grantee }) => grantee))];
const WAYS = 4;

const QUESTION = `query ($checks: [CheckInput!]!, $at: UnixTime!, $use: ReadUse!) {
  checkMany(checks: $checks, at: $at) { answers { answer { decision reason } } }
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

/** @param most so many moments at most, drawn from those of all blocks. @returns how many answers were compared. */
export async function assertEveryPair(
  questions: Questions,
  chains: readonly FakeChain[],
  random: Random,
  most: number,
): Promise<number> {
  const newest = chains.map(({ head }) => head.time).reduce((a, b) => (a < b ? a : b));
  const times = [...new Set(chains.flatMap(({ canonical }) => canonical.map(({ time }) => time)))];
  const past = times.filter((time) => time <= newest);
  let compared = 0;
  for (let i = 0; i < most && past.length > 0; i++) {
    const [at] = past.splice(random.int(past.length), 1) as [bigint];
    compared += await compare(questions, chains, at, random.pick(["PURPOSE", "PURPOSE", "RECORD_KEEPING"] as const));
  }
  return compared;
}

async function compare(questions: Questions, chains: readonly FakeChain[], at: bigint, use: Use): Promise<number> {
  const checks = PAIRS.map(({ credential, grantee, purpose }) => ({ credential, grantee, purpose, use }));
  const [answers, evaluated] = await Promise.all([
    questions.ask(QUESTION, { checks, at: Number(at), use }),
    questions.evaluate({
      action: { name: use === "PURPOSE" ? "read" : "read_records" },
      evaluations: PAIRS.map(({ credential, grantee, purpose }) => ({
        subject: { type: "institution", id: grantee },
        resource: { type: "credential", id: credential },
        context: { purpose, at: Number(at) },
      })),
    }),
  ]);
  const byCredential = listed(CREDENTIALS.map((_, i) => answers[`w${i}`]));
  const byGrantee = listed(GRANTEES.map((_, i) => answers[`r${i}`]));
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
    assert.deepEqual([byCredential.has(nameOf(pair)), byGrantee.has(nameOf(pair))], [may, may], where);
    if (may) allowed += 1;
  }
  assert.deepEqual([byCredential.size, byGrantee.size], [allowed, allowed], `somebody else can read at ${at}`);
  return PAIRS.length * WAYS;
}

function listed(lists: readonly List[]): Set<string> {
  assert.ok(lists.every(({ complete }) => complete));
  return new Set(lists.flatMap(({ nodes }) => nodes.map(nameOf)));
}
