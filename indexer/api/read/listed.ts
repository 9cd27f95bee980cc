import type { ObservedChain } from "../../ops/health.ts";
import { type Moment, nowOf } from "../moment.ts";
import type { Window } from "../page.ts";
import { CHAIN_COLUMNS, type ChainRow, toChain } from "./chain.ts";
import { type Conditions, type Ordering, orderBy } from "./keyset.ts";
import { type Knowledge, knowledgeFor, knownValue } from "./known.ts";

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

/** SQL of the moment at which a list looks at chain `c`: the one asked about, or the chain's present. */
export const lookedAtOf = (conditions: Conditions, moment: Moment): string =>
  moment.at === undefined
    ? `GREATEST(${conditions.value(nowOf(moment))}::bigint, c.indexed_time)`
    : `${conditions.value(moment.at)}::bigint`;

/** A page of things as `alias`, its columns and its order. */
interface Page {
  readonly conditions: Conditions;
  readonly knowledge: Knowledge;
  readonly window: Pick<Window<unknown>, "backward">;
  readonly alias: string;
  readonly ordering: Ordering;
  readonly columns: string;
  /** Only this chain. */
  readonly chain: bigint | null | undefined;
  /** SQL of the things on the page. */
  readonly page: string;
}

/** Puts each thing beside its chain, and chains without any beside nothing: an answer says of all that it asked. */
export function withChains({ conditions, knowledge, window, alias, ordering, columns, chain, page }: Page): string {
  const only = chain == null ? "" : `WHERE c.chain_id = ${conditions.value(chain)}`;
  return `
    ${knowledge.with}SELECT ${CHAIN_COLUMNS}, ${columns}
      FROM (${page}) ${alias} RIGHT JOIN ${knowledge.chains} c ON c.chain_id = ${alias}.chain_id ${only}
     ORDER BY ${orderBy(ordering, window.backward)}`;
}

/** Takes rows apart that are an item on its chain, or a chain alone. */
export function listed<Row extends ChainRow, Item>(
  rows: readonly Row[],
  toItem: (row: Row, chain: ObservedChain) => Item | undefined,
): Listed<Item> {
  const chains = new Map<bigint, ObservedChain>();
  const items: Item[] = [];
  for (const row of rows) {
    let chain = chains.get(row.c_chain_id);
    if (chain === undefined) {
      chain = toChain(row);
      chains.set(row.c_chain_id, chain);
    }
    const item = toItem(row, chain);
    if (item !== undefined) items.push(item);
  }
  return { items, chains: [...chains.values()].sort((a, b) => (a.chainId < b.chainId ? -1 : 1)) };
}
