import type { Encoding } from "../evidence/encodings.ts";
import { sameBytes, toHex } from "../grants/bytes.ts";
import { RetryableError } from "../ops/errors.ts";
import { type Header, parseHeader } from "./answers.ts";
import type { Call } from "./batch.ts";
import { type Outcome, resultOf } from "./exchange.ts";

/** A chain's newest block and how much of it is safe and final. */
export interface Tip {
  readonly head: Header;
  readonly safe: Header | undefined;
  readonly finalized: Header | undefined;
}

export const quantity = (value: bigint): string => `0x${value.toString(16)}`;
export const blockByTag = (tag: string): Call => ({ method: "eth_getBlockByNumber", params: [tag, false] });

export const TIP_CALLS: readonly Call[] = ["latest", "safe", "finalized"].map(blockByTag);

export function parseTip([latest, safe, finalized]: readonly Outcome[], encoding?: Encoding): Tip {
  const head = latest && parseHeader(resultOf(latest), encoding);
  if (head === undefined) throw new RetryableError("the node has no latest block");
  // A chain without such tags answers with an error or null: nothing is then called safe or final.
  const tagged = (outcome: Outcome | undefined): Header | undefined =>
    outcome === undefined || "error" in outcome ? undefined : parseHeader(outcome.result, encoding);
  return { head, safe: tagged(safe), finalized: tagged(finalized) };
}

/** What one endpoint says. */
export interface Opinion {
  readonly name: string;
  readonly tip: Tip;
}

/** The newest head number that so many of the tips reach; undefined when there are fewer. Pure. */
export const agreedNumber = (opinions: readonly Opinion[], quorum: number): bigint | undefined =>
  nth(
    opinions.map(({ tip }) => tip.head.number),
    quorum,
  );

/**
 * The tip on which so many endpoints agree: the same block at the agreed height, and no more safe or final than so many of
 * them say. Pure.
 * @param at each endpoint's block of the agreed height.
 * @throws RetryableError when too few agree.
 */
export function agreedTip(opinions: readonly Opinion[], at: ReadonlyMap<string, Header>, quorum: number): Tip {
  const groups = new Map<string, Opinion[]>();
  for (const opinion of opinions) {
    const header = at.get(opinion.name);
    if (header === undefined) continue;
    const key = toHex(header.hash);
    groups.set(key, [...(groups.get(key) ?? []), opinion]);
  }
  const [agreeing = []] = [...groups.values()].sort((a, b) => b.length - a.length);
  const head = at.get(agreeing[0]?.name ?? "");
  if (head === undefined || agreeing.length < quorum) {
    const said = [...groups].map(([hash, group]) => `${group.map(({ name }) => name).join(", ")}: ${hash}`);
    throw new RetryableError(
      `fewer than ${quorum} endpoints agree on the newest block (${said.join("; ") || "none answered"})`,
    );
  }
  const tags = (of: (tip: Tip) => Header | undefined): Header | undefined => {
    const headers = agreeing.map(({ tip }) => of(tip)).filter((header) => header !== undefined);
    const number = nth(
      headers.map((header) => header.number),
      quorum,
    );
    const named = headers.filter((header) => header.number === number);
    // Two blocks of one height cannot both be final: then neither is called so.
    const [first] = named;
    return first !== undefined && named.every(({ hash }) => sameBytes(hash, first.hash)) ? first : undefined;
  };
  return { head, safe: tags((tip) => tip.safe), finalized: tags((tip) => tip.finalized) };
}

/** The largest number that is reached by so many of these. */
function nth(numbers: readonly bigint[], count: number): bigint | undefined {
  return numbers.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0))[count - 1];
}
