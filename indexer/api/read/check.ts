import type { Address, CredentialRef } from "../../grants/bytes.ts";
import type { Purpose } from "../../grants/ids.ts";
import type { Database, Statement } from "../database.ts";
import type { FinalityWanted, Moment } from "../moment.ts";
import {
  CHAIN_FACTS,
  type ChainAnswer,
  type ChainFactsRow,
  FACTS_KINDS,
  factOf,
  joinFacts,
  toAnswer,
  toChainFacts,
} from "./findings.ts";
import { knowledgeFor, knownValue } from "./known.ts";
import { packed } from "./packed.ts";
import { earlier, PRESENT, type Sources, trail } from "./sources.ts";

/** Who asks for what. */
export interface Pair {
  readonly credential: CredentialRef;
  readonly grantee: Address;
  /** Any purpose when undefined. */
  readonly purpose: Purpose | undefined;
}

/** Of when, and of which chains. */
export interface Scope {
  /** Every chain when undefined. */
  readonly chainId: bigint | undefined;
  readonly moment: Pick<Moment, "at" | "known" | "finality">;
}

/** The moment as parameters after those of the question: `$5` the time of the chains, `$6` what was known. */
const AT = "$5::bigint";
const EVER = `COALESCE(${AT}, 9223372036854775807)`;

/** How each kind of moment is looked at. */
export const SOURCES = {
  present: PRESENT,
  earlier: earlier(AT),
  known: trail(knowledgeFor("$6", "LATEST"), EVER),
  safe: trail(knowledgeFor(undefined, "SAFE"), EVER),
  finalized: trail(knowledgeFor(undefined, "FINALIZED"), EVER),
  known_safe: trail(knowledgeFor("$6", "SAFE"), EVER),
  known_finalized: trail(knowledgeFor("$6", "FINALIZED"), EVER),
} as const satisfies Record<string, Sources>;
export type SourceName = keyof typeof SOURCES;

const WANTED = { LATEST: "", SAFE: "safe", FINALIZED: "finalized" } as const satisfies Record<FinalityWanted, string>;

/** Which of them a moment needs, and its parameters. */
export function sourceOf({ at, known, finality }: Scope["moment"]): { name: SourceName; values: unknown[] } {
  const wanted = WANTED[finality];
  if (known !== undefined)
    return { name: wanted === "" ? "known" : `known_${wanted}`, values: [at ?? null, knownValue(known)] };
  if (wanted !== "") return { name: wanted, values: [at ?? null] };
  return at === undefined ? { name: "present", values: [] } : { name: "earlier", values: [at] };
}

const PACKING = packed(FACTS_KINDS, factOf);
type Row = ChainFactsRow & { readonly facts: string };

/**
 * The hot path: one statement, hence one snapshot, in which the grants, the standing and what the ledger knew of each chain
 * belong together.
 */
const statement = (name: SourceName): Statement => {
  const sources = SOURCES[name];
  const { knowledge } = sources;
  return {
    name: `check_${name}`,
    text: `
    ${knowledge.with}SELECT ${CHAIN_FACTS}, ${PACKING.sql} AS facts
      FROM ${knowledge.chains} c
      ${joinFacts({ credential: "$1", grantee: "$2", purpose: "$3::integer" }, sources)}
     WHERE $4::bigint IS NULL OR c.chain_id = $4
     ORDER BY c.chain_id, g.purpose, g.contract`,
  };
};

const STATEMENTS = Object.fromEntries(
  (Object.keys(SOURCES) as SourceName[]).map((name) => [name, statement(name)]),
) as Record<SourceName, Statement>;

export async function readCheck(
  database: Database,
  { credential, grantee, purpose }: Pair,
  { chainId, moment }: Scope,
): Promise<ChainAnswer[]> {
  const { name, values } = sourceOf(moment);
  const rows = await database.prepared<Row>(STATEMENTS[name], [
    ...[credential, grantee, purpose ?? null, chainId ?? null],
    ...values,
  ]);
  const answer: ChainAnswer[] = [];
  for (let from = 0; from < rows.length; ) {
    const [first] = rows.slice(from, from + 1) as [Row];
    let to = from;
    while (rows[to]?.c_chain_id === first.c_chain_id && to < rows.length) to += 1;
    answer.push(
      toAnswer(
        toChainFacts(first),
        rows.slice(from, to).map(({ facts }) => PACKING.read(facts)),
      ),
    );
    from = to;
  }
  return answer;
}
