import assert from "node:assert/strict";
import type { GrantRow, Ledger } from "../../support/ledger.ts";
import type { Random } from "../../support/random.ts";
import type { FakeChain } from "../chain/chain.ts";
import type { Mode } from "../faults/fault.ts";
import { CONTRACTS, PAIRS, type Pair } from "../model/cast.ts";
import { expectedOf, type Seen, seenAt, type Use } from "../model/decision.ts";
import type { Contracts } from "../model/ledgerState.ts";
import { NO_GRANT, wordOf } from "../model/record.ts";
import type { Questions } from "./ask.ts";

/** The ledger and its API against the model of the contracts, beside the events: what they hold, and what is answered. */

/** Every grant of the model is a row with its very record, and no row is of anything else. */
export function assertGrants(ledger: Ledger, contracts: Contracts): void {
  const rows = new Map(ledger.grants.map((row) => [keyOf(row), row]));
  for (const { name, record } of contracts.grants.values()) {
    const key = `${name.holder}${name.issuer}${name.seal}${name.grantee}${name.purpose}`;
    const row = rows.get(key);
    assert.ok(row, `there is no row of the grant ${JSON.stringify(name)}`);
    assert.equal(wordOf(recordOf(row)), wordOf(record), `the record of ${JSON.stringify(name)}`);
    rows.delete(key);
  }
  assert.equal(rows.size, 0, `${rows.size} rows are of grants that nobody made`);
}

const keyOf = (row: GrantRow): string => `${row.holder}${row.issuer}${row.seal}${row.grantee}${row.purpose}`;

const recordOf = (row: GrantRow) => ({
  ...NO_GRANT,
  ...{ grantedAt: row.granted_at ?? -1n, notBefore: row.not_before ?? -1n, expiresAt: row.expires_at ?? -1n },
  ...{ lockedUntil: row.locked_until ?? -1n, revokedAt: row.revoked_at ?? -1n, retention: row.retention ?? -1n },
  ...{ sequence: BigInt(row.sequence), flags: BigInt(row.flags ?? -1) },
});

/** The contracts after the last block until a moment; undefined before the first. */
function contractsAt(chain: FakeChain, at: bigint): Contracts | undefined {
  return chain.canonical.findLast(({ time }) => time <= at)?.contracts;
}

interface Question {
  readonly pair: Pair;
  readonly at: bigint;
  readonly use: Use;
  readonly requireAnchor: boolean;
  /** All of them without it. */
  readonly chain: FakeChain | undefined;
}

const PER_REQUEST = 10;

/** Asks `check` at random past moments of the chains. @returns how often each reason was met. */
export async function assertChecks(
  questions: Questions,
  chains: readonly FakeChain[],
  random: Random,
  count: number,
): Promise<Map<string, number>> {
  const met = new Map<string, number>();
  const asked = Array.from({ length: count }, () => anyQuestion(chains, random));
  for (let i = 0; i < asked.length; i += PER_REQUEST) {
    const some = asked.slice(i, i + PER_REQUEST);
    const answers = await questions.ask(`{ ${some.map(textOf).join(" ")} }`);
    for (const [j, question] of some.entries()) {
      const seen = seenBy(question, chains);
      const { decision, reasons } = expectedOf(seen, question.use, question.requireAnchor);
      const answer = answers[`q${j}`];
      const where = `${textOf(question, j)}: ${JSON.stringify(seen)}`;
      assert.equal(answer.decision, decision, where);
      assert.ok(reasons.includes(answer.reason), `${answer.reason} is none of ${reasons}: ${where}`);
      met.set(answer.reason, (met.get(answer.reason) ?? 0) + 1);
    }
  }
  return met;
}

function anyQuestion(chains: readonly FakeChain[], random: Random): Question {
  const chain = random.pick(chains);
  const block = random.pick(chain.canonical);
  // A moment of a block, or between two, never later than any chain has come.
  const newest = chains.map(({ head }) => head.time).reduce((a, b) => (a < b ? a : b));
  const moment = block.time + BigInt(random.int(3) - 1) * BigInt(random.int(20));
  return {
    pair: random.pick(PAIRS),
    at: moment < 1n ? 1n : moment < newest ? moment : newest,
    use: random.pick(["PURPOSE", "PURPOSE", "RECORD_KEEPING"] as const),
    requireAnchor: random.chance(0.3),
    chain: random.chance(0.5) ? chain : undefined,
  };
}

function textOf({ pair, at, use, requireAnchor, chain }: Question, i: number): string {
  const on = chain === undefined ? "" : `, chain: "eip155:${chain.chainId}"`;
  const who = `credential: "${pair.credential}", grantee: "${pair.grantee}", purpose: ${pair.purpose}`;
  return `q${i}: check(${who}, use: ${use}, requireAnchor: ${requireAnchor}, at: ${at}${on}) { decision reason }`;
}

/** What each chain, or the one that is asked, said of a pair at a moment. */
export const seenBy = (
  { pair, at, chain }: Pick<Question, "pair" | "at" | "chain">,
  chains: readonly FakeChain[],
): Seen[] =>
  (chain === undefined ? chains : [chain]).flatMap((one) => {
    const contracts = contractsAt(one, at);
    return contracts === undefined ? [] : [seenAt(contracts, pair, at)];
  });

/** A chain that contradicted itself answers nothing; the others go on. */
export async function assertQuarantined(questions: Questions, chain: FakeChain): Promise<void> {
  const [pair] = PAIRS;
  const who = `credential: "${pair?.credential}", grantee: "${pair?.grantee}", purpose: 1`;
  const { check } = await questions.ask(`{ check(${who}, chain: "eip155:${chain.chainId}") { decision } }`);
  assert.equal(check.decision, "INDETERMINATE");
}

/** The indexer's configuration for a chain. */
export const configOf = (
  chain: FakeChain,
  rpc: readonly string[],
  mode: Mode,
  pollIntervalMs: number,
): Record<string, unknown> => ({
  chainId: Number(chain.chainId),
  verification: mode.toLowerCase(),
  ...(mode === "VERIFIED" ? { receipts: "ethereum" } : {}),
  ...{ name: `World ${chain.chainId}`, rpc, pollIntervalMs },
  contracts: Object.entries(CONTRACTS).map(([name, address]) => ({ name, address, startBlock: chain.startBlock })),
});
