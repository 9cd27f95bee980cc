import assert from "node:assert/strict";
import type { Random } from "../../support/random.ts";
import type { FakeChain } from "../chain/chain.ts";
import { PAIRS, type Pair } from "../model/cast.ts";
import { expectedOf, type Use } from "../model/decision.ts";
import { seenBy } from "./agreement.ts";
import type { Questions } from "./ask.ts";

/** Every pair there is, at block after block, asked in two ways: `checkMany`, and what is readable by whom. */

const QUESTION = `query ($checks: [CheckInput!]!, $at: UnixTime!, $use: ReadUse!, $a: Address!, $b: Address!, $c: Address!) {
  checkMany(checks: $checks, at: $at) { answers { answer { decision reason } } }
  a: readableBy(grantee: $a, at: $at, use: $use, first: 1000) { ...L }
  b: readableBy(grantee: $b, at: $at, use: $use, first: 1000) { ...L }
  c: readableBy(grantee: $c, at: $at, use: $use, first: 1000) { ...L }
}
fragment L on AccessConnection { complete nodes { credential grantee purpose } }`;
const GRANTEES = [...new Set(PAIRS.map(({ grantee }) => grantee))];
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
  const [a, b, c] = GRANTEES;
  const checks = PAIRS.map(({ credential, grantee, purpose }) => ({ credential, grantee, purpose, use }));
  const answers = await questions.ask(QUESTION, { checks, at: Number(at), use, a, b, c });
  const lists = [answers.a, answers.b, answers.c] as { complete: boolean; nodes: Pair[] }[];
  assert.ok(lists.every(({ complete }) => complete));
  const readable = new Set(lists.flatMap(({ nodes }) => nodes.map(nameOf)));
  let allowed = 0;
  for (const [i, pair] of PAIRS.entries()) {
    const seen = seenBy({ pair, at, chain: undefined }, chains);
    const { decision, reasons } = expectedOf(seen, use, false);
    const { answer } = answers.checkMany.answers[i];
    const where = `${use} of ${nameOf(pair)} at ${at}: ${JSON.stringify(seen)}`;
    assert.equal(answer.decision, decision, where);
    assert.ok(reasons.includes(answer.reason), `${answer.reason} is none of ${reasons}: ${where}`);
    assert.equal(readable.has(nameOf(pair)), decision === "ALLOWED", where);
    if (decision === "ALLOWED") allowed += 1;
  }
  assert.equal(readable.size, allowed, `somebody else can read at ${at}`);
  return PAIRS.length * 2;
}
