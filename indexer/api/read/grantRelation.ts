import { grantKey, grantsAsOf, happened, newestColumns, type Wanted } from "./grant.ts";
import type { Knowledge } from "./known.ts";

/**
 * SQL of a relation of grants, from the trail.
 * @param where what is true of every event `g` of the grants that are wanted, and so may be asked before the newest is chosen.
 * @param order the first of them, in SQL: the newest of each is found in it.
 * @param until SQL of the moment up to which events count, if there is one.
 */
export function grantsOfTrail(
  where: string,
  order: string,
  until: string | undefined,
  knowledge: Knowledge,
  wanted: Wanted = "all",
): string {
  const joined = `JOIN ${knowledge.chains} c ON c.chain_id = g.chain_id`;
  const newest = `
      SELECT DISTINCT ON (${grantKey("g")}) ${newestColumns(wanted)} FROM event g ${joined}
       WHERE ${where} AND ${knowledge.live("g")} AND g.purpose IS NOT NULL AND ${happened("g", until)}
       ORDER BY ${order}, g.seq DESC`;
  return `(${grantsAsOf(`(${newest}) g ${joined}`, until, knowledge, wanted)})`;
}
