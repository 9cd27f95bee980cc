import type { Address, CredentialRef } from "../../grants/bytes.ts";
import { toAddress, toCredentialRef } from "../../grants/bytes.ts";
import type { Purpose } from "../../grants/ids.ts";
import { BugError } from "../../ops/errors.ts";
import type { ObservedChain } from "../../ops/health.ts";
import type { Database, Statement } from "../database.ts";
import { type Pair, type Scope, SOURCES, type SourceName, sourceOf } from "./check.ts";
import {
  CHAIN_FACTS,
  type ChainAnswer,
  type ChainFactsRow,
  FACTS_KINDS,
  type FactsRow,
  factOf,
  joinFacts,
  toAnswer,
  toChainFacts,
} from "./findings.ts";
import { allBesideFirst, type Kinds, packed, prefixed, unpack } from "./packed.ts";
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

interface PairRow {
  q_n: bigint;
  q_credential: Buffer;
  q_grantee: Buffer;
  q_purpose: Purpose | null;
  c_chain_id: bigint;
}

const PAIR_KINDS: Kinds<PairRow> = {
  ...{ q_n: "bigint", q_credential: "bytes", q_grantee: "bytes", q_purpose: "int", c_chain_id: "bigint" },
};
const PACKING = packed<PairRow & FactsRow>({ ...PAIR_KINDS, ...FACTS_KINDS }, (name) =>
  name in PAIR_KINDS ? prefixed(name) : factOf(name),
);

/**
 * @param pairs SQL of a relation `q` with the columns credential, grantee, purpose and n, which counts from 1.
 * @param chain SQL of the one chain that is asked; null for all.
 */
export function manyText(pairs: string, chain: string, sources: Sources): string {
  const { chains, with: known } = sources.knowledge;
  const asked = `(${chain} IS NULL OR c.chain_id = ${chain})`;
  const facts = joinFacts({ credential: "q.credential", grantee: "q.grantee", purpose: "q.purpose" }, sources);
  const from = `${chains} c CROSS JOIN ${pairs} ${facts} WHERE ${asked}`;
  return `
    ${known}SELECT ${CHAIN_FACTS}, ${allBesideFirst(PACKING, "q.n, c.chain_id, g.purpose, g.contract", from)} AS pairs
      FROM ${chains} c WHERE ${asked} ORDER BY c.chain_id`;
}

/** A chain, and beside the first of them what all of them say of each pair. */
export type ManyRow = ChainFactsRow & { readonly pairs: string | null };

/** The rows of {@link manyText}. */
export function toMany(chainRows: readonly ManyRow[]): ManyAnswers {
  const facts = chainRows.map(toChainFacts);
  const byId = new Map(facts.map((one) => [one.chain.chainId, one]));
  const rows = unpack(PACKING, chainRows[0]?.pairs ?? null);
  const pairs: { pair: Pair; chains: ChainAnswer[] }[] = [];
  let n = 0n;
  for (let from = 0; from < rows.length; ) {
    const first = rows[from] as PairRow & FactsRow;
    const { q_n: place, c_chain_id: chainId } = first;
    let to = from + 1;
    while (rows[to]?.q_n === place && rows[to]?.c_chain_id === chainId) to += 1;
    if (place !== n) pairs.push({ pair: toPair(first), chains: [] });
    n = place;
    const on = byId.get(chainId);
    if (on === undefined) throw new BugError(`chain ${chainId} says something, and is not among the chains asked`);
    pairs.at(-1)?.chains.push(toAnswer(on, rows.slice(from, to)));
    from = to;
  }
  return { pairs, chains: facts.map(({ chain }) => chain) };
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
