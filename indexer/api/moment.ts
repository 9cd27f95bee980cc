import type { UnixTime } from "../grants/record.ts";
import type { ObservedChain } from "../ops/health.ts";
import type { Context } from "./context.ts";
import { badInput } from "./errors.ts";
import { type KnownAt, OTHER_CHAINS } from "./knownAt.ts";

/** What an answer is about: the moment of the chains' time, and what was known by which moment of ours. */
export interface Moment {
  /** The clock of the answer, in milliseconds: read once, so that everything in it is of one moment. */
  readonly clock: number;
  /** An earlier moment of the chains that is asked about; the present without it. */
  readonly at: UnixTime | undefined;
  /** What was known by then; what is known now without it. */
  readonly known: KnownAt["of"] | undefined;
  /** How final the blocks must be that it rests on. */
  readonly finality: FinalityWanted;
  /** Whether one chain alone is asked; what names an issuer is looked for on the others too. */
  readonly alone?: boolean;
}

export const FINALITIES_WANTED = ["LATEST", "SAFE", "FINALIZED"] as const;
export type FinalityWanted = (typeof FINALITIES_WANTED)[number];

export interface MomentArguments {
  readonly at?: UnixTime | null | undefined;
  readonly knownAt?: KnownAt | null | undefined;
  readonly finality?: FinalityWanted | null | undefined;
  readonly chain?: bigint | null | undefined;
}

/** @throws GraphQLError BAD_INPUT when nobody can know yet what will be known then. */
export function momentOf({ clock }: Pick<Context, "clock">, { at, knownAt, ...args }: MomentArguments): Moment {
  const now = clock();
  const finality = args.finality ?? "LATEST";
  const alone = args.chain != null;
  if (knownAt == null) return { clock: now, at: at ?? undefined, known: undefined, finality, alone };
  if (knownAt.clock > now) throw badInput("knownAt: expected a moment that is not still to come");
  return { clock: knownAt.clock, at: at ?? undefined, known: knownAt.of, finality, alone };
}

/** Whether it is what is known now about now, of blocks however new. */
export const isPresent = ({ at, known, finality }: Pick<Moment, "at" | "known" | "finality">): boolean =>
  at === undefined && known === undefined && finality === "LATEST";

/** The clock of the answer in unix seconds. */
export const nowOf = ({ clock }: Pick<Moment, "clock">): UnixTime => BigInt(Math.floor(clock / 1000));

/**
 * The same moment, for whatever is read after `chains` were: nothing that was learned in between is seen, so that all parts of
 * an answer belong together. What was known by a moment never changes, so this needs no transaction.
 */
export function pin(moment: Moment, chains: readonly ObservedChain[]): Moment {
  return moment.known === undefined ? { ...moment, known: knownOf(moment, chains) } : moment;
}

function knownOf({ clock, alone }: Moment, chains: readonly ObservedChain[]): ReadonlyMap<bigint, bigint> {
  const known = new Map(chains.map(({ chainId, knownAt }) => [chainId, knownAt]));
  return alone ? known.set(OTHER_CHAINS, BigInt(Math.floor(clock * 1000))) : known;
}

/** By which an answer that was read from `chains` can be had again. */
export const knownAtOf = (moment: Moment, chains: readonly ObservedChain[]): KnownAt => ({
  clock: moment.clock,
  of: knownOf(moment, chains),
});
