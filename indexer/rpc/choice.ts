import type { Endpoint } from "./endpoint.ts";

/** Which endpoint is asked, and which comes after it. Pure. */

/** What of an endpoint the choice rests on. */
export type Candidate = Pick<Endpoint, "name" | "state" | "spare" | "delayMs" | "wrongChain" | "head"> & {
  readonly score: number;
  /** When its answers did not fit together, if that was a short while ago: others come first. */
  readonly doubtedAt: number | undefined;
  /** Blocks in one `eth_getLogs` that it takes, as far as it showed. */
  readonly logRange: number | undefined;
};

export interface Question {
  /** Stays with this endpoint unless another one does clearly better. */
  readonly prefer?: string | undefined;
  /** Blocks in the range that is asked for. */
  readonly range?: number | undefined;
  /** A block that it is about: who is known to be behind it is asked last. */
  readonly block?: bigint | undefined;
}

/** How much better another must be for us to change over: endpoints differ a little in what they know, so staying is worth something. */
const CLEARLY_BETTER = 0.7;
/** Lags of one block are the network's and not the endpoint's. */
const TOLERATED_LAG = 1n;
const COST_OF_A_BLOCK_BEHIND = 0.5;

/** All that may be asked, the best first. Of another chain: never. Dead, doubted or resting: last. */
export function inOrder<C extends Candidate>(candidates: readonly C[], question: Question = {}): C[] {
  const heads = candidates.map(({ head }) => head ?? 0n);
  const newest = heads.reduce((a, b) => (a > b ? a : b), 0n);
  const cost = (candidate: C): number => {
    const behind = candidate.head === undefined ? 0n : newest - candidate.head - TOLERATED_LAG;
    const stay = candidate.name === question.prefer ? CLEARLY_BETTER : 1;
    return candidate.score * stay * (1 + (behind > 0n ? Number(behind) * COST_OF_A_BLOCK_BEHIND : 0));
  };
  const rank = (candidate: C): number[] => [
    candidate.state === "open" ? 2 : candidate.state === "half-open" ? 1 : 0,
    mayKnow(candidate, question) ? 0 : 1,
    candidate.doubtedAt ?? -1,
    candidate.spare ? 0 : 1,
    candidate.spare ? 0 : candidate.delayMs,
    cost(candidate),
  ];
  return candidates
    .filter(({ wrongChain }) => wrongChain === undefined)
    .map((candidate) => ({ candidate, rank: rank(candidate) }))
    .sort((a, b) => compare(a.rank, b.rank))
    .map(({ candidate }) => candidate);
}

/** Whether it can answer such a question, as far as is known: it has the block, and takes so large a range. */
export function mayKnow(
  { head, logRange }: Pick<Candidate, "head" | "logRange">,
  { block, range }: Pick<Question, "block" | "range">,
): boolean {
  if (block !== undefined && head !== undefined && head < block) return false;
  return range === undefined || logRange === undefined || range <= logRange;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
