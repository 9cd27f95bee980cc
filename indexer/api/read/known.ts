import { timestamptz } from "../../ledger/cursor.ts";
import { type KnownAt, OTHER_CHAINS } from "../knownAt.ts";
import type { FinalityWanted } from "../moment.ts";

/**
 * How a statement is told what was known: which chains there were and how far, and which events stood. Now or then, the
 * statements are the same but for these words, so that they cannot disagree.
 */
export interface Knowledge {
  /** What the statement has to begin with, if anything. */
  readonly with: string;
  /** The relation of the chains, with the columns of `chain`. It has to be in scope as `c`, joined by the chain's id. */
  readonly chains: string;
  /** Whether this event was known, and stood, as far as chain `c` was known. */
  live(event: string): string;
  /** Whether this event was known. */
  learned(event: string): string;
  /** When it was known to be dropped; null while it stood. */
  retractedAt(event: string): string;
  /** When it was known to be verified, if it was not when it was read; null until then. */
  verifiedAt(event: string): string;
}

/** What is known now. */
export const NEWEST: Knowledge = {
  with: "",
  chains: "chain",
  live: (event) => `${event}.retracted_at IS NULL`,
  learned: () => "true",
  retractedAt: (event) => `${event}.retracted_at`,
  verifiedAt: (event) => `${event}.verified_at`,
};

/**
 * What was known.
 * @param moments SQL of {@link knownValue}.
 */
export const knownBy = (moments: string): Knowledge => ({
  with: `WITH known AS MATERIALIZED (${chainsBy(`${moments}::jsonb`)}) `,
  chains: "known",
  live: (event) =>
    `${event}.seq <= c.last_seq AND (${event}.retracted_at IS NULL OR ${event}.retracted_at > c.known_at)`,
  learned: (event) => `${event}.seq <= c.last_seq`,
  retractedAt: (event) => `CASE WHEN ${event}.retracted_at <= c.known_at THEN ${event}.retracted_at END`,
  verifiedAt: (event) => `CASE WHEN ${event}.verified_at <= c.known_at THEN ${event}.verified_at END`,
});

/**
 * What is known now, or was by `moments`, of blocks that are at least so final: an event of a newer block counts as one that
 * is not known.
 */
export function knowledgeFor(moments: string | undefined, finality: FinalityWanted): Knowledge {
  const knowledge = moments === undefined ? NEWEST : knownBy(moments);
  if (finality === "LATEST") return knowledge;
  const live = (event: string): string =>
    `${knowledge.live(event)} AND ${event}.block_number <= ${reachedBy(finality)}`;
  return { ...knowledge, live };
}

/** How far chain `c` is so final; null where no block of it is. */
export const reachedBy = (finality: Exclude<FinalityWanted, "LATEST">): string =>
  finality === "SAFE" ? "GREATEST(c.safe_number, c.finalized_number)" : "c.finalized_number";

/** The value of the parameter: a moment for each chain, or under `*` for all. */
export function knownValue(of: KnownAt["of"]): string {
  if (typeof of === "bigint") return JSON.stringify({ "*": timestamptz(of) });
  const name = (chainId: bigint): string => (chainId === OTHER_CHAINS ? "*" : chainId.toString());
  return JSON.stringify(Object.fromEntries([...of].map(([chainId, micros]) => [name(chainId), timestamptz(micros)])));
}

/**
 * The row of each chain as it was: the newest of `knowledge` by then, with the last of its heartbeats by then. A chain that
 * was not known is none. A snapshot that lacks some of it, as one of a lagging replica may, is an error and no answer.
 */
const chainsBy = (moments: string): string => `
  SELECT k.chain_id, i.name, k.status, k.verification, k.quarantine, i.contracts, k.head_number, k.head_time, k.indexed_number,
         k.indexed_hash, k.indexed_time, k.safe_number, k.finalized_number, k.last_seq, b.known_at,
         CASE WHEN b.known_at = k.since THEN k.checked_at ELSE date_trunc('milliseconds', b.known_at) END AS checked_at
    FROM chain x
    CROSS JOIN LATERAL (
      SELECT coalesce(${moments} ->> x.chain_id::text, ${moments} ->> '*')::timestamptz AS moment) m
    JOIN LATERAL (SELECT n.* FROM knowledge n WHERE n.chain_id = x.chain_id AND n.since <= m.moment
                   ORDER BY n.since DESC LIMIT 1) k ON true
    JOIN LATERAL (SELECT n.name, n.contracts FROM knowledge n
                   WHERE n.chain_id = x.chain_id AND n.since <= m.moment AND n.contracts IS NOT NULL
                   ORDER BY n.since DESC LIMIT 1) i ON true
    CROSS JOIN LATERAL (
      SELECT k.since + coalesce(max(h.us) FILTER (WHERE k.since + h.us * interval '1 microsecond' <= m.moment), 0)
                       * interval '1 microsecond' AS known_at
        FROM unnest(k.heartbeats) AS h (us)) b
   WHERE snapshot_knows(${moments})`;
