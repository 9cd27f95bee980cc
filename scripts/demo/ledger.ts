import pg from "pg";
import { toHex } from "../../indexer/grants/bytes.ts";
import type { DemoChain } from "./chains.ts";

/** What the ledger holds of a chain, for the status. */
export interface ChainProgress {
  readonly chainId: bigint;
  readonly name: string;
  readonly status: string;
  readonly head: bigint | undefined;
  readonly indexed: bigint | undefined;
  readonly finalized: bigint | undefined;
  readonly events: bigint;
  readonly reorgs: number;
}

interface Row {
  chain_id: string;
  name: string;
  status: string;
  head_number: string | null;
  indexed_number: string | null;
  indexed_hash: Buffer | null;
  finalized_number: string | null;
  last_seq: string;
  reorgs: number;
  contracts: { address: string }[];
}

const UNDEFINED_TABLE = "42P01";

/** Reads the ledger beside the indexer, for the screen. */
export class LedgerView {
  readonly #pool: pg.Pool;

  constructor(databaseUrl: string) {
    this.#pool = new pg.Pool({ connectionString: databaseUrl, max: 1, connectionTimeoutMillis: 5_000 });
    // The database ends before or after us; what that breaks, the next query says.
    this.#pool.on("error", () => {});
  }

  async progress(): Promise<ChainProgress[]> {
    return (await this.#rows()).map((row) => ({
      chainId: BigInt(row.chain_id),
      name: row.name,
      status: row.status,
      head: bigintOr(row.head_number),
      indexed: bigintOr(row.indexed_number),
      finalized: bigintOr(row.finalized_number),
      events: BigInt(row.last_seq),
      reorgs: row.reorgs,
    }));
  }

  /** Why this ledger cannot go on with these chains; undefined when it can. */
  async contradiction(chains: readonly DemoChain[]): Promise<string | undefined> {
    for (const row of await this.#rows()) {
      const chain = chains.find(({ chainId }) => chainId === BigInt(row.chain_id));
      if (chain === undefined) continue;
      if (row.contracts.some(({ address }) => !chain.config.contracts.some((c) => toHex(c.address) === address)))
        return `it holds events of another version of the contract on ${chain.name}`;
      if (row.indexed_number === null || row.indexed_hash === null) continue;
      const number = Number(row.indexed_number);
      const block = await chain.provider.getBlock(number);
      if (block?.hash !== toHex(row.indexed_hash))
        return `it has indexed block ${number} of ${chain.name}, which that chain does not have: its state was lost or is older`;
    }
    return undefined;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #rows(): Promise<Row[]> {
    try {
      const { rows } = await this.#pool.query<Row>(
        `SELECT chain_id, name, status::text, head_number, indexed_number, indexed_hash, finalized_number, last_seq,
                contracts, (SELECT count(*)::int FROM reorg r WHERE r.chain_id = c.chain_id) AS reorgs
           FROM chain c ORDER BY chain_id`,
      );
      return rows;
    } catch (error) {
      // An empty database: nothing is indexed yet.
      if (error instanceof pg.DatabaseError && error.code === UNDEFINED_TABLE) return [];
      throw error;
    }
  }
}

const bigintOr = (text: string | null): bigint | undefined => (text === null ? undefined : BigInt(text));
