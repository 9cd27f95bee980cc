/**
 * What the answers to one request were read from: of each chain the newest block and the newest write that were seen. Noted
 * from the rows themselves, as they come, so that no way of reading is left out.
 */

export interface SeenChain {
  readonly chainId: bigint;
  readonly block: bigint | null;
  /** Microseconds since the unix epoch. */
  readonly knownAt: bigint;
}

/** The columns of a chain that statements give beside what they are about. */
interface MaybeChainRow {
  readonly c_chain_id?: bigint | null;
  readonly c_indexed_number?: bigint | null;
  readonly c_known_us?: bigint | null;
}

export class SeenChains {
  readonly #chains = new Map<bigint, SeenChain>();

  note(rows: readonly MaybeChainRow[]): void {
    for (const { c_chain_id: chainId, c_known_us: knownAt, c_indexed_number: block = null } of rows) {
      if (chainId == null || knownAt == null) continue;
      const before = this.#chains.get(chainId);
      if (before === undefined || before.knownAt < knownAt) this.#chains.set(chainId, { chainId, block, knownAt });
    }
  }

  /** As `query_log.seen` has it. */
  toJson(): string {
    const text = (value: bigint | null): string | null => value?.toString() ?? null;
    return JSON.stringify(
      [...this.#chains.values()].map(({ chainId, block, knownAt }) => [text(chainId), text(block), text(knownAt)]),
    );
  }
}

/** What {@link SeenChains.toJson} made, ascending. */
export function parseSeen(stored: readonly (readonly [string, string | null, string])[]): SeenChain[] {
  return stored
    .map(([chainId, block, knownAt]) => ({
      chainId: BigInt(chainId),
      block: block === null ? null : BigInt(block),
      knownAt: BigInt(knownAt),
    }))
    .sort((a, b) => (a.chainId < b.chainId ? -1 : 1));
}
