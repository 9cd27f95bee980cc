import type { QueryResultRow } from "pg";
import { BugError } from "../../ops/errors.ts";
import type { ObservedChain } from "../../ops/health.ts";
import type { Database } from "../database.ts";
import { type Moment, nowOf } from "../moment.ts";
import type { Window } from "../page.ts";
import { CHAIN_COLUMNS, type ChainRow, toChain } from "./chain.ts";
import { type Conditions, type Ordering, orderBy } from "./keyset.ts";
import { type Knowledge, knowledgeFor, knownValue } from "./known.ts";
import { allBesideFirst, type Packed, unpack } from "./packed.ts";

/** Items of a list, and all the chains that were asked for them: of one statement, hence of one snapshot. */
export interface Listed<Item> {
  readonly items: readonly Item[];
  /** Ascending. */
  readonly chains: readonly ObservedChain[];
}

/** What a list may know at its moment. */
export const knowledgeOf = (conditions: Conditions, { known, finality }: Moment): Knowledge =>
  knowledgeFor(known === undefined ? undefined : conditions.value(knownValue(known)), finality);

/** Whether the derived tables, which hold what is known now of the present, are enough. */
export const isPresent = ({ at, known, finality }: Moment): boolean =>
  at === undefined && known === undefined && finality === "LATEST";

/**
 * Rows of a list. What is so now is read best in one way whatever is asked for: each index of `access_grant` has the order of its
 * lists behind what it is of. What was so is not.
 */
export const readList = <Row extends QueryResultRow>(
  database: Database,
  moment: Moment,
  text: string,
  values: unknown[],
): Promise<Row[]> => (isPresent(moment) ? database.repeated<Row>(text, values) : database.query<Row>(text, values));

/** SQL of the moment at which a list looks at chain `c`: the one asked about, or the chain's present. */
export const lookedAtOf = (conditions: Conditions, moment: Moment): string =>
  moment.at === undefined
    ? `GREATEST(${conditions.value(nowOf(moment))}::bigint, c.indexed_time)`
    : `${conditions.value(moment.at)}::bigint`;

/** A page of things as `alias`, its columns and its order. */
interface Page<Row> {
  readonly conditions: Conditions;
  readonly knowledge: Knowledge;
  readonly window: Pick<Window<unknown>, "backward">;
  readonly alias: string;
  readonly ordering: Ordering;
  readonly packing: Packed<Row>;
  /** Only this chain. */
  readonly chain: bigint | null | undefined;
  /** SQL of the things on the page. */
  readonly page: string;
}

/** A chain, and beside the first of them all the things on the page, wherever they are from. */
export type ListRow = ChainRow & { readonly page: string | null };

/** The chains once, whether or not anything on the page is theirs: an answer says of all that it asked. */
export function withChains<Row>(asked: Page<Row>): string {
  const { conditions, knowledge, window, alias, ordering, packing, chain, page } = asked;
  const only = chain == null ? "" : `WHERE c.chain_id = ${conditions.value(chain)}`;
  return `
    ${knowledge.with}SELECT ${CHAIN_COLUMNS}, ${allBesideFirst(packing, orderBy(conditions.undecided(ordering), window.backward), `(${page}) ${alias}`)} AS page
      FROM ${knowledge.chains} c ${only} ORDER BY c.chain_id`;
}

/** The things on the page, in its order, each with its chain. */
export function listed<Row extends { readonly chain_id: bigint }, Item>(
  rows: readonly ListRow[],
  packing: Packed<Row>,
  toItem: (row: Row, chain: ObservedChain) => Item,
): Listed<Item> {
  const chains = rows.map(toChain);
  const byId = new Map(chains.map((chain) => [chain.chainId, chain]));
  const items = unpack(packing, rows[0]?.page ?? null).map((row) => {
    const chain = byId.get(row.chain_id);
    if (chain === undefined) throw new BugError(`chain ${row.chain_id} is on a page, and not among the chains asked`);
    return toItem(row, chain);
  });
  return { items, chains };
}
