import type { Address, CredentialRef } from "../../grants/bytes.ts";
import { toAddress, toCredentialRef } from "../../grants/bytes.ts";
import type { Purpose } from "../../grants/ids.ts";
import type { ObservedChain } from "../../ops/health.ts";
import type { Database, Statement } from "../database.ts";
import { CHAIN_EXPRESSIONS } from "./chain.ts";
import { type Pair, type Scope, SOURCES, type SourceName, sourceOf } from "./check.ts";
import {
  type ChainAnswer,
  type ChainFacts,
  type ChainFactsRow,
  joinFacts,
  PAIR_FACTS,
  type PairFactsRow,
  toAnswer,
  toChainFacts,
} from "./findings.ts";
import type { Sources } from "./sources.ts";

/** Many pairs in one statement, hence in one snapshot, by the very joins of a single check. */

/** A pair and what each chain says about it. */
export interface PairAnswer {
  readonly pair: Pair;
  readonly chains: readonly ChainAnswer[];
}

export interface ManyAnswers {
  /** In the order of the pairs. */
  readonly pairs: readonly PairAnswer[];
  /** The chains that were asked, also where there was no pair. */
  readonly chains: readonly ObservedChain[];
}

/** What is the same for every pair comes with the first alone. */
const CHAIN_FACTS = [...CHAIN_EXPRESSIONS.slice(1), ["c_contracts", "c.contracts"] as const]
  .map(([name, expression]) => `CASE WHEN COALESCE(q.n, 1) = 1 THEN ${expression} END AS ${name}`)
  .join(", ");

/**
 * @param pairs SQL of a relation with the columns credential, grantee, purpose and n, which counts from 1.
 * @param chain SQL of the one chain that is asked; null for all.
 */
export const manyText = (pairs: string, chain: string, sources: Sources): string => `
    ${sources.knowledge.with}SELECT q.n AS q_n, q.credential AS q_credential, q.grantee AS q_grantee, q.purpose AS q_purpose,
           c.chain_id AS c_chain_id, ${CHAIN_FACTS}, ${PAIR_FACTS}
      FROM ${sources.knowledge.chains} c
      LEFT JOIN ${pairs} ON true
      ${joinFacts({ credential: "q.credential", grantee: "q.grantee", purpose: "q.purpose" }, sources)}
     WHERE ${chain} IS NULL OR c.chain_id = ${chain}
     ORDER BY q.n, c.chain_id, g.purpose, g.contract`;

interface PairRow {
  readonly q_n: bigint | null;
  readonly q_credential: Buffer;
  readonly q_grantee: Buffer;
  readonly q_purpose: Purpose | null;
}
export type ManyRow = PairRow & ChainFactsRow & PairFactsRow;

/** The rows of {@link manyText}, which come by pair and chain. */
export function toMany(rows: readonly ManyRow[]): ManyAnswers {
  const chains = new Map<bigint, ChainFacts>();
  const pairs: { pair: Pair; chains: ChainAnswer[] }[] = [];
  let n: bigint | null = null;
  for (let from = 0; from < rows.length; ) {
    const first = rows[from] as ManyRow;
    let to = from + 1;
    while (rows[to]?.q_n === first.q_n && rows[to]?.c_chain_id === first.c_chain_id) to += 1;
    const facts = chains.get(first.c_chain_id) ?? toChainFacts(first);
    chains.set(first.c_chain_id, facts);
    if (first.q_n !== null) {
      if (first.q_n !== n) pairs.push({ pair: toPair(first), chains: [] });
      n = first.q_n;
      pairs.at(-1)?.chains.push(toAnswer(facts, rows.slice(from, to)));
    }
    from = to;
  }
  return { pairs, chains: [...chains.values()].map(({ chain }) => chain) };
}

const toPair = (row: PairRow): { credential: CredentialRef; grantee: Address; purpose: Purpose | undefined } => ({
  credential: toCredentialRef(row.q_credential),
  grantee: toAddress(row.q_grantee),
  purpose: row.q_purpose ?? undefined,
});

const GIVEN = "unnest($1::bytea[], $2::bytea[], $3::integer[]) WITH ORDINALITY AS q (credential, grantee, purpose, n)";
const STATEMENTS = Object.fromEntries(
  (Object.keys(SOURCES) as SourceName[]).map((name): [SourceName, Statement] => [
    name,
    { name: `check_many_${name}`, text: manyText(GIVEN, "$4::bigint", SOURCES[name]) },
  ]),
) as Record<SourceName, Statement>;

export async function readMany(
  database: Database,
  pairs: readonly Pair[],
  { chainId, moment }: Scope,
): Promise<ManyAnswers> {
  const { name, values } = sourceOf(moment);
  const rows = await database.prepared<ManyRow>(STATEMENTS[name], [
    pairs.map(({ credential }) => credential),
    pairs.map(({ grantee }) => grantee),
    pairs.map(({ purpose }) => purpose ?? null),
    chainId ?? null,
    ...values,
  ]);
  return toMany(rows);
}
